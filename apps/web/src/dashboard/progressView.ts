/** Where a federation stands, in words and fractions. Pure. */

import { fractionDone, secondsLeft, secondsSoFar } from "@duet/client/federationProgress";
import type { Phase, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatDuration } from "../lib/format.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { words as common } from "../lib/words.ts";
import { exchangeText } from "./privacy/secureSumView.ts";
import { words } from "./words.ts";

export interface StripView {
  readonly name: string;
  /** "Round 4 of 10", "Waiting for 1 more client", "Finished". */
  readonly status: string;
  /** What is going on within it: "federated learning", "learning alone", … */
  readonly stage: string;
  /** Why, and what happens next. */
  readonly note: string;
  readonly percent: number;
  /** "3 of 3 here"; at the end who took part. */
  readonly presence: string;
  readonly timing: string;
  readonly tone: "waiting" | "running" | "done" | "stopped";
}

/** Phases after which nothing comes. */
export const ENDED: ReadonlySet<Phase> = new Set(["finished", "stopped", "failed"]);

const TONES: Readonly<Record<Phase, StripView["tone"]>> = {
  waiting: "waiting",
  collecting: "running",
  exchanging: "running",
  aggregating: "running",
  paused: "waiting",
  finished: "done",
  stopped: "stopped",
  failed: "stopped",
};

/** `now` on the coordinator's clock, ms. */
export function stripView(snapshot: Snapshot, now: number): StripView {
  const { config, phase, note, clients } = snapshot;
  const staying = clients.filter(({ status }) => status !== "left");
  const present = staying.filter(({ status }) => status === "present").length;
  return {
    name: config.name,
    status: statusOf(snapshot, present),
    stage: stageOf(snapshot),
    note,
    percent: 100 * fractionDone(snapshot),
    presence: ENDED.has(phase) ? tookPart(snapshot) : presenceOf(snapshot, present, staying.length),
    timing: timingOf(snapshot, now),
    tone: TONES[phase],
  };
}

/** Of those who have joined, and before the first round of as many as it takes: they have connected their data and wait. */
const presenceOf = ({ phase, config }: Snapshot, present: number, staying: number): string =>
  phase === "waiting"
    ? words.progressView.ready(present, Math.max(staying, config.minClients))
    : words.progressView.here(present, staying);

/** As many names as one reads at a glance. */
const NAMED = 3;

/** Whose submissions counted in some round, also of those who have gone. */
function tookPart({ clients, rounds }: Snapshot): string {
  const counted = new Set(rounds.flatMap(({ aggregated, late = {} }) => [...aggregated, ...Object.keys(late)]));
  const names = clients.flatMap(({ id, name }) => (counted.has(id) ? [name] : []));
  if (names.length === 0) return words.progressView.nobodyCounted;
  if (names.length > NAMED) return words.progressView.manyTookPart(names.length);
  return words.progressView.tookPart(common.listing.and(names));
}

function statusOf({ phase, config, openRound, rounds }: Snapshot, present: number): string {
  const round = openRound?.round ?? rounds.at(-1)?.round;
  const where = round === undefined ? null : roundLabel(round, config.budgets.rounds);
  switch (phase) {
    case "waiting": {
      const missing = config.minClients - present;
      return missing > 0 ? words.progressView.waitingFor(missing) : words.progressView.readyToStart;
    }
    case "collecting":
    case "exchanging":
    case "aggregating":
      return where ?? words.progressView.starting;
    case "paused":
      return where ? words.progressView.pausedAt(where) : words.progressView.paused;
    case "finished":
      return words.progressView.finished;
    case "stopped":
      return words.progressView.stopped;
    case "failed":
      return words.progressView.failed;
  }
}

function stageOf(snapshot: Snapshot): string {
  const { phase, rounds } = snapshot;
  if (phase === "aggregating") return words.progressView.aggregating;
  if (phase === "exchanging") return words.progressView.summing(exchangeText(snapshot) ?? words.progressView.beginning);
  if (phase !== "collecting") return "";
  const stage = rounds.at(-1)?.stage;
  return stage === "fusing"
    ? words.progressView.fusing
    : stage === "federated"
      ? words.progressView.federated
      : words.progressView.alone;
}

/** Time used, and an estimate of what is left once a round has been timed. */
function timingOf(snapshot: Snapshot, now: number): string {
  const elapsed = secondsSoFar(snapshot, now);
  if (elapsed === null) return "";
  if (snapshot.endedAt !== null) return words.progressView.took(formatDuration(elapsed));
  const left = secondsLeft(snapshot, now);
  return left === null ? words.progressView.soFar(formatDuration(elapsed)) : words.progressView.left(formatDuration(left));
}
