/** How far a federation is, and how long it may still take. Pure. */
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundCount } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import { isTraining } from "@duet/lora-core/strategies/trainings";

/** Before so much of it is done, nothing can be said of how long it takes. */
const LEAST_DONE = 0.1;

/** Rounds closed plus the mean progress within the open one, over all rounds there will be. */
export function fractionDone(snapshot: Snapshot): number {
  const { phase, config, rounds, openRound, clients } = snapshot;
  if (phase === "finished") return 1;
  const total = roundCount(methodOf(config.strategy).firstRound, config.budgets.rounds);
  const closed = rounds.filter(({ closedAt }) => closedAt !== null).length;
  const working = clients.filter(({ id }) => openRound?.participants.includes(id));
  const trained = openRound ? trainedIn(config, openRound.round) : [];
  const inRound = working.map((client) => roundFraction(client, openRound?.round ?? -1, trained));
  const open = inRound.length === 0 ? 0 : inRound.reduce((sum, value) => sum + value, 0) / inRound.length;
  return Math.min(1, (closed + open) / total);
}

/** A training of a round, as a client's progress names it. */
type Trained = Required<Pick<NonNullable<ClientView["progress"]>, "slot" | "planStep">>;

/** What a client trains in a round, in order. */
export function trainedIn(config: Snapshot["config"], round: number): readonly Trained[] {
  const plan = roundPlanOf(methodOf(config.strategy), config, { round, isNewcomer: false });
  return plan.steps.flatMap((step, planStep): readonly Trained[] => {
    if (!isTraining(step)) return [];
    const slot = step.kind === "trainBoth" ? null : step.slot;
    return [{ slot, planStep }, ...(plan.alone ? [{ slot: "alone" as const, planStep }] : [])];
  });
}

/**
 * How far a client is within a round of these trainings; all of them together are counted as nine tenths of it. What is measured stands after as many of
 * them as are over.
 */
export function roundFraction({ progress, history }: ClientView, round: number, trained: readonly Trained[]): number {
  if (history.some((entry) => entry.round === round)) return 1;
  if (progress?.round !== round) return 0;
  switch (progress.activity) {
    case "loading":
      return 0;
    case "training":
      return progress.steps === 0 ? 0 : 0.9 * trainedFraction(progress, trained);
    case "evaluating":
      if (progress.steps === 0) return 0;
      return progress.step < progress.steps ? (0.9 * progress.step) / progress.steps : 0.95;
    case "fusing":
      return 0.95;
    case "uploading":
      return progress.steps === 0 ? 0.95 : 0.95 + (0.05 * progress.step) / progress.steps;
  }
}

function trainedFraction(
  { slot, planStep, step, steps }: NonNullable<ClientView["progress"]>,
  trained: readonly Trained[],
): number {
  const isHere = (training: Trained) => training.slot === slot && (planStep === undefined || training.planStep === planStep);
  const place = Math.max(0, trained.findIndex(isHere));
  return (place + step / steps) / Math.max(1, trained.length);
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
