/** What a client says of itself that is out of the ordinary, a sentence each. Pure. */
import type { RoundBeginning } from "@duet/lora-core/contract/clientRound";
import { SECURE_SENTENCES } from "@duet/lora-core/errors/secureSentences";
import { WORK_SENTENCES } from "@duet/lora-core/errors/workSentences";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Saying } from "@duet/lora-core/sayings/saying";
import type { SurroundingsChange } from "./surroundings.ts";

/** What became of the round that a client was in as its device fell asleep. */
export type Fate = "open" | "counted" | "late" | "over";

const FATES: Readonly<Record<Fate, string>> = {
  open: "it is still open, and goes on",
  counted: "the coordinator has its result",
  late: "it went on without this tab, whose answer is still taken",
  over: "it ended without this tab, which goes on with the next one",
};

/** Why a round that was asked of a client ended without it, where that is no news of its own. */
const LEFT_OUT = {
  late: "it did not answer in time",
  lateInSum: "it did not answer in time",
  skipped: "the organiser did not wait for it",
  enoughOthers: "enough others had answered",
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

export const SESSION_SENTENCES = {
  anew: () => "This round begins anew: what was kept of it could not be gone on from.",
  atStep: (step: number, steps: number) => `at step ${step} of ${steps}`,
  whereInterrupted: () => "where this round was interrupted",
  goesOn: (where: string) => `Goes on ${where}.`,
  goesOnPrivately: (where: string) =>
    `Goes on ${where}, with new samples and new noise. What was lost stays spent of the privacy budget.`,
  goesOnWithLess: (where: string) => `Goes on ${where} with less memory than before: the last digits can differ.`,
  goesOnElsewhere: (where: string, backend: string, before: string) =>
    `Goes on ${where} with ${backend}, after ${before}: the last digits can differ.`,
  offline: () => "This device has no network: training goes on, and what is done is sent when the network is back.",
  online: () => "The network is back.",
  networkChanged: () => "The network changed: this tab connects again.",
  woke: (minutes: number) => `This device was asleep for ${inWords(minutes)}: this tab connects again.`,
  shown: (minutes: number) => `This tab was hidden for ${inWords(minutes)} and went on meanwhile.`,
  awake: (fate: Fate) => `Awake again. The round of before: ${FATES[fate]}.`,
  leftOut: (why: LeftOut) => `A round ended without this tab: ${LEFT_OUT[why]}. It goes on with the next one by itself.`,
  leftOutOfLast: (why: LeftOut) => `The last round ended without this tab: ${LEFT_OUT[why]}. It keeps what it had before.`,
  /** Why this client gave no answer in a secure sum: of {@link SUM_REFUSALS}. */
  sumRefused: (reason: string) => `This tab did not take part in the sum of this round, to keep its update hidden: ${reason}.`,
  putOff: (seconds: number) => `The coordinator has too much to do at the moment: this tab asks again in ${seconds} seconds.`,
  deviceLost: () => "The graphics device was lost: this tab goes on without it, with wasm.",
} as const;

/** What a secure sum's refusal says, which stands inside a note. */
export const SUM_REFUSALS = { ...SECURE_SENTENCES, otherKey: WORK_SENTENCES.otherKey } as const;

export type SessionSaying = Saying<typeof SESSION_SENTENCES>;

/** Null where there is nothing to say: a round that begins. `backend` is what computes now. */
export function beginningNote(beginning: RoundBeginning, backend: BackendName | null): SessionSaying | null {
  switch (beginning.kind) {
    case "new":
      return null;
    case "anew":
      return ["anew"];
    case "resumed": {
      const { training, isExact, isPrivate } = beginning;
      const where: SessionSaying = training ? ["atStep", training.step, training.steps] : ["whereInterrupted"];
      if (isExact) return ["goesOn", where];
      if (isPrivate) return ["goesOnPrivately", where];
      if (beginning.backend === backend) return ["goesOnWithLess", where];
      return ["goesOnElsewhere", where, backend ?? "", beginning.backend];
    }
  }
}

/** Null where the newest round that ended since is one that this client was in, or was not asked for, or where something else is said of it. */
export function leftOutNote(before: Snapshot, { rounds, clients, endedAt }: Snapshot, clientId: string): SessionSaying | null {
  const newest = rounds.findLast(({ closedAt }) => closedAt !== null);
  if (!newest || before.rounds.some(({ round, closedAt }) => round === newest.round && closedAt !== null)) return null;
  if (!newest.participants.includes(clientId) || newest.aggregated.includes(clientId)) return null;
  const why = clients.find(({ id }) => id === clientId)?.told?.[0];
  if (why === undefined || !Object.hasOwn(LEFT_OUT, why)) return null;
  return [endedAt === null ? "leftOut" : "leftOutOfLast", why as LeftOut];
}

/** Null where there is nothing to say. `hiddenMs` is how long a page that is shown again was hidden. */
export function surroundingsNote(change: SurroundingsChange, hiddenMs: number): SessionSaying | null {
  switch (change.kind) {
    case "hidden":
      return null;
    case "woke":
      return ["woke", minutesOf(change.sleptMs)];
    case "shown":
      return hiddenMs < LONG_MS ? null : ["shown", minutesOf(hiddenMs)];
    default:
      return [change.kind];
  }
}

const LONG_MS = 60_000;

const minutesOf = (ms: number): number => Math.round(ms / 60_000);

function inWords(minutes: number): string {
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `${Math.round(minutes / 60)} hours`;
}
