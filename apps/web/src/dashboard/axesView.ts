/** Along what the rounds of a federation can be shown. Pure. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { trainingsIn } from "@duet/lora-core/strategies/trainings";
import type { RoundAxes, RoundPlace } from "../ui/roundAxis.ts";
import { roundRange } from "./metricsView.ts";

export function roundAxes(snapshot: Pick<Snapshot, "config" | "rounds">): RoundAxes {
  const [first, last] = roundRange(snapshot);
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const steps = stepPlaces(snapshot, numbers);
  const times = timePlaces(snapshot);
  return {
    round: numbers.map((round) => ({ round, at: round })),
    ...(steps ? { step: steps } : {}),
    ...(times.length > 0 ? { time: times } : {}),
  };
}

/** Steps of a client that takes part in every round, until each round's end; null where clients have none in common: in passes over rows, and by speed. */
function stepPlaces({ config: { strategy, budgets, work } }: Pick<Snapshot, "config">, rounds: readonly number[]) {
  if (work === "bySpeed") return null;
  const method = methodOf(strategy);
  const places: RoundPlace[] = [];
  let at = 0;
  for (const round of rounds) {
    for (const { budget } of trainingsIn(method.plan(budgets, { round, isNewcomer: false }).steps)) {
      if (budget.unit !== "steps") return null;
      at += budget.amount;
    }
    places.push({ round, at });
  }
  return places;
}

/** Seconds from the first round's beginning to each round's end, on the coordinator's clock, with pauses. */
function timePlaces({ rounds }: Pick<Snapshot, "rounds">): readonly RoundPlace[] {
  const [first] = rounds;
  return rounds.flatMap(({ round, closedAt }) =>
    first && closedAt !== null ? [{ round, at: (closedAt - first.openedAt) / 1000 }] : [],
  );
}
