/** Where a federation stands, in words and fractions. Pure. */
import type { ClientView, Phase, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";
import { roundCount } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { formatDuration } from "../lib/format.ts";
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
  /** "3 of 3 here". */
  readonly presence: string;
  readonly timing: string;
  readonly tone: "waiting" | "running" | "done" | "stopped";
}

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
    presence: `${present} of ${staying.length} here`,
    timing: timingOf(snapshot, now),
    tone: TONES[phase],
  };
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

/** Rounds closed plus the mean progress within the open one, over all rounds there will be. */
export function fractionDone(snapshot: Snapshot): number {
  const { phase, config, rounds, openRound, clients } = snapshot;
  if (phase === "finished") return 1;
  const total = roundCount(methodOf(config.strategy).firstRound, config.budgets.rounds);
  const closed = rounds.filter(({ closedAt }) => closedAt !== null).length;
  const working = clients.filter(({ id }) => openRound?.participants.includes(id));
  const inRound = working.map((client) => roundFraction(client, openRound?.round ?? -1));
  const open = inRound.length === 0 ? 0 : inRound.reduce((sum, value) => sum + value, 0) / inRound.length;
  return Math.min(1, (closed + open) / total);
}

/** How far a client is within a round; training is counted as nine tenths of it. The personal adapter is measured after it. */
export function roundFraction({ progress, history }: ClientView, round: number): number {
  if (history.some((entry) => entry.round === round)) return 1;
  if (progress?.round !== round) return 0;
  switch (progress.activity) {
    case "loading":
      return 0;
    case "training":
      return progress.steps === 0 ? 0 : (0.9 * progress.step) / progress.steps;
    case "evaluating":
      return progress.slot === "personal" ? 0.95 : 0;
    case "fusing":
      return 0.95;
    case "uploading":
      return progress.steps === 0 ? 0.95 : 0.95 + (0.05 * progress.step) / progress.steps;
  }
}

/** Time used, and an estimate of what is left once a round has been timed. */
function timingOf(snapshot: Snapshot, now: number): string {
  const start = snapshot.rounds[0]?.openedAt;
  if (start === undefined) return "";
  if (snapshot.endedAt !== null) return `took ${formatDuration((snapshot.endedAt - start) / 1000)}`;
  const done = fractionDone(snapshot);
  const elapsed = (now - start) / 1000;
  if (done < 0.1) return `${formatDuration(elapsed)} so far`;
  return `about ${formatDuration((elapsed * (1 - done)) / done)} left`;
}
