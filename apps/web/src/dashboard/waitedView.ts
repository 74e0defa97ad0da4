/** Who waited for whom, from how long answers took in the rounds that are closed. Pure. */
import type { RoundView } from "@duet/lora-core/protocol/snapshot";

/** Seconds, of the rounds of which it is known how long this client took. */
export interface Waited {
  /** From its answers to the last ones. */
  readonly forOthers: number;
  /** From the last answer but its own to its own, where that was the last. */
  readonly byOthers: number;
  /** Of the newest of these rounds that has steps to share out: how much of them it did. */
  readonly share: number;
}

/** Null where it is known of no round. */
export function waitedIn(rounds: readonly Pick<RoundView, "took" | "shares" | "stage">[], clientId: string): Waited | null {
  const known = rounds.flatMap(({ took = {}, shares, stage }) => {
    const { [clientId]: own, ...others } = took;
    if (own === undefined) return [];
    const last = Math.max(0, ...Object.values(others));
    return [{ wait: last - own, hasOthers: Object.keys(others).length > 0, share: shares?.[clientId] ?? 1, stage }];
  });
  if (known.length === 0) return null;
  const sum = (seconds: (wait: number) => number) =>
    known.reduce((total, { wait, hasOthers }) => total + (hasOthers ? Math.max(0, seconds(wait)) : 0), 0);
  return {
    forOthers: sum((wait) => wait),
    byOthers: sum((wait) => -wait),
    share: known.findLast(({ stage }) => stage === "federated")?.share ?? 1,
  };
}
