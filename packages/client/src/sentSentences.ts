/** What a message or an upload was made from, as data, for the ledger; in English beside it (docs/adr/0072). */
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import { type Saying, say } from "@duet/lora-core/sayings/saying";
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { AdapterSlot } from "@duet/lora-core/strategies/strategy";

export type OrganiserAction = RequestInput<"federation:control">["action"]["kind"];
type Activity = RequestInput<"client:progress">["activity"];

const SEEN_BY: Readonly<Record<FiguresFor, string>> = {
  everybody: "everybody sees",
  organiser: "the organiser sees",
  nobody: "nobody sees",
};

/** What a secure sum is of: a round, or what rows are like before the first one. */
export type Summed = number | "statistics";

const summed = (of: Summed) => (of === "statistics" ? "what rows are like" : `round ${of}`);
const statisticsOf = (whose: string) =>
  `how many of ${whose} training rows have each label and each length, and how mixed their labels are, masked; nothing of their text`;

export const SENT_SENTENCES = {
  version: () => "the version of this page",
  nothing: () => "nothing",
  nothingOfRows: () => "nothing of your rows",
  created: () => "what was filled in to create the federation",
  linkCode: () => "the code of a link, or of this client, left out here",
  organiserCode: () => "the code of the organiser link, left out here",
  decided: (action: OrganiserAction) => `what the organiser decided: ${action}`,
  name: (figures: FiguresFor) => `your name, and your choice that ${SEEN_BY[figures]} your figures`,
  device: () => "what this device computes with",
  rowsOfParts: () => "how many rows you have in each part",
  rowsTrained: () => "how many rows you train on, by which your changes are weighed",
  ownRank: (rank: number) => `the rank of your adapters, ${rank}`,
  doing: (round: number, activity: Activity) => `what this tab does in round ${round} (${activity})`,
  howFar: () => "and how far it is",
  notHowFast: () => "and nothing of how fast",
  asksRound: (round: number) => `the number of round ${round}, whose adapter is asked for`,
  roundDone: (round: number) => `that round ${round} is done`,
  uploadNamed: () => "the name and size of the adapter that was uploaded",
  noAdapter: () => "no adapter",
  figures: () => "what was measured on your rows: losses, accuracies, F1, fusion weights, speed",
  noFigure: () => "no figure",
  budget: () => "where your privacy budget stands",
  teamEntered: () => "a name for this run, and which team it belongs to, by a code that opens nothing",
  teamSealed: () => "what this team trains together with, sealed with the key that only the team's link holds",
  asksStep: (step: ExchangeStep, round: number) => `that the others' part of step "${step}" of round ${round} is asked for`,
  answersStep: (step: ExchangeStep, round: number) =>
    `that step "${step}" of round ${round} is answered, with the name and size of what was uploaded`,
  startAdapter: () => "the adapter file that was chosen for everybody to start from",
  sharesNothing: (round: number) => `nothing: round ${round} shares no adapter`,
  changed: (round: number, slot: AdapterSlot) => `what round ${round} changed of the ${slot} adapter`,
  after: (round: number, slot: AdapterSlot) => `the ${slot} adapter after round ${round}`,
  part: (part: string) => `its part "${part}"`,
  labelVectors: () => "with the vectors of the labels",
  controlVariate: () => "with this client's control variate",
  madeFrom: (rows: number) => `made from ${rows} training rows`,
  madeFromYours: () => "made from your training rows",
  rowNoise: () => "with noise that hides single rows",
  clientNoise: () => "clipped, with a share of the noise that hides single clients",
  meansToo: () => "with losses and accuracies for their means",
  masked: () => "masked",
  sumKeys: (of: Summed) => `keys made anew for the sum of ${summed(of)}, signed by this client; nothing of your rows`,
  sumShares: (of: Summed) =>
    `shares of the secrets behind this tab's masks of ${summed(of)}, encrypted for the other clients; nothing of your rows`,
  sumCounts: (round: number) => `counts, losses and accuracies of round ${round}, for their means, masked; nothing of an adapter`,
  sumStatistics: (rows: number) => statisticsOf(`your ${rows}`),
  sumStatisticsOfYours: () => statisticsOf("your"),
  sumAgreed: (of: Summed) => `a signature under the list of who is in the sum of ${summed(of)}; nothing of your rows`,
  sumUnmasked: (of: Summed) =>
    `shares of others' secrets, which take the masks off the sum of ${summed(of)}; nothing of your rows`,
} as const;

export type SentSaying = Saying<typeof SENT_SENTENCES>;

/** In one line of English, as it stands in the ledger's file. */
export const sentLine = (sayings: readonly SentSaying[]): string =>
  sayings.map((saying) => say(SENT_SENTENCES, saying)).join(", ");

/** What an upload is called in the ledger: an adapter, frames of a team, an answer to a step of a secure sum. */
export const UPLOAD_NAMES = {
  adapter: "adapter",
  team: "team frames",
  keys: "keys of a secure sum",
  shares: "encrypted shares of keys",
  input: "masked values",
  agree: "signature under a secure sum",
  unmask: "shares of masks",
} as const;
export type UploadKind = keyof typeof UPLOAD_NAMES;
