import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { Said } from "@duet/lora-core/sayings/saying";
import { plural } from "./plural.ts";

export interface FailureWords {
  readonly title: string;
  readonly text: string;
  /** What was thrown, in English; null where the title says it. */
  readonly original: string | null;
}

export const en = {
  failureLine: (happened: string, nextStep: string) => `${happened} ${nextStep}`,
  /** What there is to fetch before failures are said in this language. @throws {Error} when it cannot be fetched. */
  fetchFailures: async (): Promise<void> => {},
  failure: ({ sentence, nextStep }: FailureText): FailureWords => ({ title: sentence, text: nextStep, original: null }),
  /** As a sentence, with its full stop. */
  said: ({ message }: Said): string => `${message}.`,
  adapterNames: { base: "base", alone: "alone", personal: "personal", shared: "shared", fused: "fused" },
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
    fusing: "Finish",
    round: (round: number, rounds: number) => `Round ${round} of ${rounds}`,
    aloneTick: "alone",
    fusingTick: "finish",
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
      meaning: "What your tab serves in the end: your personal and the shared adapter mixed, or one of them as it is.",
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
    aloneHint: "What a client learns alone beside the federation, to compare with: nothing of the others is in it.",
    personalHint: "What a client learns for itself.",
    sharedHint: "What you and the others learn together.",
    fusedHint: "What a client serves in the end: personal and shared combined, or one of them as it is.",
  },
  chartPicture: {
    noPicture: "This browser cannot make a picture of the chart",
  },
  links: {
    notALink: "This is not an invite or watch link. Such a link has /join/ or /watch/ in it, and a long code after a #.",
  },
  notices: {
    ends: {
      finished: { title: "finished", text: "The result is on its page." },
      stopped: { title: "stopped", text: "The organiser ended it. What was learned is kept." },
      failed: { title: "failed", text: "Its page says why. What was learned is kept." },
    },
    titled: (name: string, what: string) => `${name}: ${what}`,
    pausedText: "It goes on once it is resumed; nothing is lost meanwhile.",
    paused: "paused",
    waitsForYou: (round: string) => `${round} waits for you`,
    everyoneElse: "Everyone else is done. A tab that is not looked at gets less time from its browser: showing it helps.",
  },
  tabSessions: {
    noFederation:
      "The coordinator no longer has this federation, or does not know this client any more. This browser shows what it has kept of it: export your adapters to use them.",
  },
};
