import type { FailureText } from "@duet/lora-core/errors/duetError";
import { plural } from "./format.ts";

export interface FailureWords {
  readonly title: string;
  readonly text: string;
  /** What was thrown, in English; null where the title says it. */
  readonly original: string | null;
}

export const en = {
  failureLine: (happened: string, nextStep: string) => `${happened} ${nextStep}`,
  failure: ({ sentence, nextStep }: FailureText): FailureWords => ({ title: sentence, text: nextStep, original: null }),
  adapterNames: { base: "base", personal: "personal", shared: "shared", fused: "fused" },
  counts: {
    clients: (clients: number) => plural(clients, "client"),
    rows: (rows: number) => plural(rows, "row"),
    rounds: (rounds: number) => plural(rounds, "round"),
    testRows: (rows: number) => plural(rows, "test row"),
    threads: (threads: number) => plural(threads, "thread"),
  },
  /** Between the entries of a list, and between sentences. */
  listing: {
    comma: ", ",
    and: (texts: readonly string[]) =>
      texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`,
    semicolon: "; ",
    stop: ".",
    sentences: (texts: readonly string[]) => texts.join(" "),
  },
  format: {
    bytes: (value: string, unit: string) => `${value} ${unit}`,
    seconds: (seconds: string) => `${seconds} s`,
    minutes: (minutes: number) => `${minutes} min`,
    minutesAndSeconds: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
    hours: (hours: number) => `${hours} h`,
    hoursAndMinutes: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
    rate: (tokens: string) => `${tokens} tok/s`,
    rateInThousands: (thousands: string) => `${thousands} k tok/s`,
  },
  rounds: {
    alone: "Learning alone",
    fusing: "Fusing",
    round: (round: number, rounds: number) => `Round ${round} of ${rounds}`,
    aloneTick: "alone",
    fusingTick: "fuse",
  },
  phases: {
    load: "load",
    tokenise: "tokenise",
    steps: "steps",
    evaluation: "evaluation",
    fusion: "fusion",
    encode: "encode",
    wait: "wait",
  },
  glossary: {
    federation: {
      word: "federation",
      meaning: "The people who train one model together, and the rules that they agreed on: task, rounds, privacy.",
    },
    adapter: {
      word: "adapter",
      meaning: "A small file of numbers that changes what a large, frozen model answers. It is what is trained.",
    },
    "personal adapter": { word: "personal adapter", meaning: "What your tab learns for itself." },
    "shared adapter": {
      word: "shared adapter",
      meaning: "What you and the others learn together: the only adapter that travels by default.",
    },
    "fused adapter": {
      word: "fused adapter",
      meaning: "Your personal and the shared adapter made into one, with weights found on your own rows.",
    },
    coordinator: {
      word: "coordinator",
      meaning:
        "The program that one of you runs. It opens rounds and averages shared adapters. It never gets a row; of updates that it reads, words can be guessed.",
    },
    "base model": {
      word: "base model",
      meaning: "The language model that all adapters are for. It is downloaded once and never changed.",
    },
    round: { word: "round", meaning: "One turn of everybody: train, send the shared adapter, get the mean back." },
    "test rows": { word: "test rows", meaning: "Rows of yours that nobody trains on. They only measure." },
    "secure sum": {
      word: "secure sum",
      meaning:
        "Every update leaves its tab under masks that cancel out in the sum of all: the coordinator can read the sum, and no part of it.",
    },
    epsilon: {
      word: "epsilon",
      meaning: "How much all training together may tell of any single row: 1 is a strong promise, 8 a weak one.",
    },
  },
  adapters: {
    baseHint: "The frozen model, as downloaded.",
    personalHint: "What a client learns for itself.",
    sharedHint: "What you and the others learn together.",
    fusedHint: "Personal and shared, combined with the weights found at the end.",
  },
  chartPicture: {
    noPicture: "This browser cannot make a picture of the chart",
  },
  figuresWords: {
    everybody: "Everybody",
    everybodyNote:
      "Whoever has a link to this federation sees them on its dashboard. Where the organiser lists it, the coordinator's front page has the mean of all at the end.",
    organiser: "The organiser",
    organiserNote: "They are stored by the coordinator; whoever has the organiser link sees them, and nobody else.",
    nobody: "Nobody",
    nobodySecure:
      "They stay in this tab. Means over all clients' rows come from the secure sums, out of which nobody can read yours.",
    nobodyPlain:
      "They stay in this tab, and no mean counts them. How many rows you train on is told to the coordinator all the same: it weighs your changes by it.",
    fixed: "Nobody but you sees them: with differential privacy no figure leaves that was computed from your rows without noise.",
    notTold: "not told",
    toldToOrganiser: "told to the organiser",
    toldToNobody: "told to nobody",
    privateNone: (what: string) => `With differential privacy nobody sends ${what}: they are computed from rows without noise.`,
    noneTold: (what: string) => `No client tells its ${what} here: that is each participant's own choice.`,
    meansFromSums: (none: string) => `${none} Their means come with the secure sums.`,
    noMeans: (none: string) => `${none} Where updates are not summed securely there is no mean of what nobody tells.`,
    tellers: (count: number, clients: number) =>
      `${count} of ${plural(clients, "client")} ${count === 1 ? "tells its" : "tell their"} figures here`,
    everybodySees: "everybody sees them too",
    organiserSees: "the organiser sees them too",
    nobodySees: "nobody else sees them",
  },
  links: {
    notALink: "This is not an invite or watch link. Such a link has /join/ or /watch/ in it, and a long code after a #.",
    teamLink: "This is the link of a team, which no page opens: its members join by duet join.",
  },
  reach: {
    machineTitle: (hostname: string) => `These links say ${hostname}, which only this machine can reach`,
    machineText:
      "Other tabs of this machine can join by them. For others, start the coordinator with --host 0.0.0.0, open this page by an address of this machine in your network, or by a name with https, and copy the links there.",
    httpText: (isNetworkOnly: boolean) =>
      `They ${isNetworkOnly ? "work only in the same network, and " : ""}open a page that browsers give neither WebGPU nor threads, so that it learns several times as slowly; whoever is in between can read along. Serve it by https.`,
    httpTitle: "These links begin with http",
  },
  tightDevices: {
    tight: "may be too small",
    warning: (whose: string, devices: number) =>
      `Training may take more memory than the ${devices === 1 ? "device" : "devices"} of ${whose} allow${devices === 1 ? "s" : ""}: one row at a time is computed there, which is slower, and may still fail. What a federation trains is fixed; a new one for phones and old laptops takes less.`,
  },
  notices: {
    ends: {
      finished: { title: "finished", text: "The result is on its page." },
      stopped: { title: "stopped", text: "The organiser ended it. What was learned is kept." },
      failed: { title: "failed", text: "Its page says why. What was learned is kept." },
    },
    titled: (name: string, what: string) => `${name}: ${what}`,
    paused: "paused",
    waitsForYou: (round: string) => `${round} waits for you`,
    everyoneElse: "Everyone else is done. A tab that is not looked at gets less time from its browser: showing it helps.",
  },
};
