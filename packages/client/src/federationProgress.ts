/** How far a federation is, and how long it may still take. Pure. */
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundCount } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";

/** Before so much of it is done, nothing can be said of how long it takes. */
const LEAST_DONE = 0.1;

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

/** Since its first round began, until `now` (ms on the coordinator's clock) or its end; null before. */
export function secondsSoFar({ rounds, endedAt }: Snapshot, now: number): number | null {
  const start = rounds[0]?.openedAt;
  return start === undefined ? null : ((endedAt ?? now) - start) / 1000;
}

/** At the rate so far; null where that cannot be said yet. */
export function secondsLeft(snapshot: Snapshot, now: number): number | null {
  const elapsed = secondsSoFar(snapshot, now);
  const done = fractionDone(snapshot);
  return elapsed === null || snapshot.endedAt !== null || done < LEAST_DONE ? null : (elapsed * (1 - done)) / done;
}
