import type { ReactNode } from "react";
import { plural } from "../../lib/plural.ts";

export const en = {
  budgetPanel: {
    privacyOfClients: "Privacy of clients",
    clientsHint:
      "Epsilon says how much all shared adapters of this federation together may tell of any one client. Its noise is made for all rounds, so that the last one comes to the limit.",
    anyClientLabel: "Epsilon spent, of any client",
    anyClient: "any client",
    middle: (median: string, most: string, spent: number) =>
      `Median ${median}, most ${most}${spent === 0 ? "" : `; ${plural(spent, "client")} ${spent === 1 ? "trains" : "train"} no more`}.`,
    privacyBudget: "Privacy budget",
    budgetHint:
      "Epsilon says how much all training on a client's rows, in every federation on its device, may tell of any single one. A client whose budget is spent trains no more, and goes on taking part.",
    epsilonSpentByClient: "Epsilon spent, by client",
    note: (term: (text: string) => ReactNode) => (
      <>
        {term("Epsilon")} spent on each client's rows. With differential privacy nobody sends losses, accuracies or fusion
        weights.
      </>
    ),
    spent: ", spent: trains no more",
  },
  secureSumPanel: {
    compare: (clients: number) =>
      `Read these six words to each other aloud, over the telephone: where all read the same, all tabs see the same ${plural(clients, "client")}. Count them: one whom nobody knows may be made up. The words change when somebody joins.`,
    secureSum: "Secure sum",
    hint: "Every update leaves its tab under masks that cancel out in the sum of all. The coordinator gets the sum, and no single update.",
    wordsToCome:
      "The coordinator gets only the sum of all updates. Six words to compare will stand here once two clients have joined.",
    wordsOfThisFederation: "Words of this federation",
  },
  statisticsPanel: {
    whatRowsAreLike: "What the rows are like",
    hint: "One secure sum of all clients' training rows, made before the first round: nobody sees one client's numbers.",
    rowsByLabel: "Training rows by label, of all clients",
    unlikeness: (value: string) =>
      `Unlikeness of the clients' labels: ${value}, of 0 (one mix everywhere) to 1 (no label at two clients).`,
    likeness: {
      alike: "They are alike.",
      between: "They are somewhat unlike.",
      unlike: "They are unlike.",
    },
    asProposed: "This federation has what is proposed.",
    createAgain: "Create again with these settings",
    createAgainNote: "It is a new federation with a new link: clients have to be invited again, and this one stays as it is.",
  },
  statisticsView: {
    whole: (rows: string, clients: number, mean: string) =>
      `${rows} rows of ${plural(clients, "client")}, ${mean} each on average`,
    others: (labels: number) => `${labels} more`,
    lengths: (half: string, most: string) =>
      `Half of the rows have at most ${half} tokens, nine in ten at most ${most}, as the base reads them.`,
    someLonger: (half: string, top: string) =>
      `Half of the rows have at most ${half} tokens, more than one in ten have more than ${top}, as the base reads them.`,
    halfLonger: (top: string) => `More than half of the rows have more than ${top} tokens, as the base reads them.`,
    endedBefore: "The federation ended before its clients summed what their rows are like.",
    underWay: (step: string) => `The clients sum what their rows are like: ${step}.`,
    toCome: "Before the first round the clients sum what their rows are like, and it will stand here.",
    neverMade: "No sum of it came about: too few clients could answer. It is not asked for again.",
    ownRows: (own: string, rest: string) => `You have ${own} training rows, the others ${rest} together.`,
  },
  budgetView: {
    afterARound: "after a round",
    spentOf: (value: string, value2: string) => `${value} of ${value2}`,
    range: (low: string, high: string) => `${low} to ${high}`,
    rowNoise: (clip: string, noise: string, delta: string) =>
      `In every step the gradient of a row is clipped to a norm of ${clip}, and their sum gets noise whose deviation is ${noise} times that; delta is ${delta}.`,
    clientNoise: (clip: string, noise: string, delta: string) =>
      `The update of a client is clipped to a norm of ${clip} now, and their sum gets noise whose deviation is ${noise} times that; delta is ${delta}.`,
  },
  secureSumView: {
    steps: {
      keys: "keys",
      shares: "shares of the keys",
      input: "masked updates",
      agree: "agreeing on the sum",
      unmask: "unmasking the sum",
    },
    noSum: (round: string) => `${round} ended without a sum: the shared adapter stayed as it was.`,
    step: (step: number, steps: number, what: string) => `step ${step} of ${steps}: ${what}`,
    answered: (step: string, answered: number, asked: number) => `${step}, ${answered} of ${asked} have answered`,
  },
};
