/** Where a federation would best have been stopped, as far as its clients can tell: no test row is looked at. */
import type { RoundEnd } from "./rehearsal.ts";
import { mean } from "./statistics/interval.ts";

/** The first of the rounds with the lowest loss on the fusion rows. */
export function bestRound(ends: readonly RoundEnd[]): RoundEnd | undefined {
  return ends.toSorted((a, b) => fusionLossOf(a) - fusionLossOf(b))[0];
}

/** Mean over the clients, nats. */
export function fusionLossOf({ clients }: RoundEnd): number {
  return mean(clients.map(({ fusionLoss }) => fusionLoss));
}
