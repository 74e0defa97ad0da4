/** Where a federation stands, in words and fractions. Pure. */
import { fractionDone, secondsLeft, secondsSoFar } from "@duet/client/federationProgress";
import type { Phase, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatDuration, plural } from "../lib/format.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { exchangeText } from "./secureSumView.ts";

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
    presence: ENDED.has(phase) ? tookPart(snapshot) : `${present} of ${staying.length} here`,
    timing: timingOf(snapshot, now),
    tone: TONES[phase],
  };
}

/** As many names as one reads at a glance. */
const NAMED = 3;

/** Whose submissions counted in some round, also of those who have gone. */
function tookPart({ clients, rounds }: Snapshot): string {
  const counted = new Set(rounds.flatMap(({ aggregated }) => aggregated));
  const names = clients.flatMap(({ id, name }) => (counted.has(id) ? [name] : []));
  if (names.length === 0) return "nobody's work counted";
  if (names.length > NAMED) return `${plural(names.length, "client")} took part`;
  const last = names.at(-1);
  return `${names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`} took part`;
}

function statusOf({ phase, config, openRound, rounds }: Snapshot, present: number): string {
  const round = openRound?.round ?? rounds.at(-1)?.round;
  const where = round === undefined ? null : roundLabel(round, config.budgets.rounds);
  switch (phase) {
    case "waiting": {
      const missing = config.minClients - present;
      return missing > 0 ? `Waiting for ${missing} more ${missing === 1 ? "client" : "clients"}` : "Ready to start";
    }
    case "collecting":
    case "exchanging":
    case "aggregating":
      return where ?? "Starting";
    case "paused":
      return where ? `Paused · ${where}` : "Paused";
    case "finished":
      return "Finished";
    case "stopped":
      return "Stopped";
    case "failed":
      return "Failed";
  }
}

function stageOf(snapshot: Snapshot): string {
  const { phase, rounds } = snapshot;
  if (phase === "aggregating") return "aggregating";
  if (phase === "exchanging") return `summing securely · ${exchangeText(snapshot) ?? "beginning"}`;
  if (phase !== "collecting") return "";
  const stage = rounds.at(-1)?.stage;
  return stage === "fusing" ? "finding fusion weights" : stage === "federated" ? "federated learning" : "each on its own data";
}

/** Time used, and an estimate of what is left once a round has been timed. */
function timingOf(snapshot: Snapshot, now: number): string {
  const elapsed = secondsSoFar(snapshot, now);
  if (elapsed === null) return "";
  if (snapshot.endedAt !== null) return `took ${formatDuration(elapsed)}`;
  const left = secondsLeft(snapshot, now);
  return left === null ? `${formatDuration(elapsed)} so far` : `about ${formatDuration(left)} left`;
}
