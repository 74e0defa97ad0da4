/** What a list may say of how a federation ended, to people who have no link to it. Pure. */
import { latestAccuracy, meanAccuracy } from "../protocol/meanAccuracy.ts";
import type { AdapterKey } from "../protocol/metrics.ts";
import type { RoundView } from "../protocol/snapshot.ts";
import type { EnrolledClient } from "./roundState.ts";

export interface ListedResult {
  /** Mean accuracy of the untouched base; null where it was not told. */
  readonly base: number | null;
  /** Of what the rounds have made last. */
  readonly served: number;
}

/** A mean of one would be that client's own figure. */
const LEAST_TELLERS = 2;

/** Of the clients that tell everybody, or of a secure sum; null where that is nobody, or one. */
export function listedResult(
  clients: readonly Pick<EnrolledClient, "figures" | "history">[],
  rounds: readonly Pick<RoundView, "round" | "means">[],
): ListedResult | null {
  const open = clients.filter(({ figures }) => figures === "everybody").map(({ history }) => ({ history: [...history] }));
  const meanOf = (key: AdapterKey): number | null => {
    const tellers = open.filter((client) => latestAccuracy(client)[key] !== null);
    return meanAccuracy({ clients: tellers.length < LEAST_TELLERS ? [] : tellers, rounds })[key];
  };
  const served = meanOf("fused") ?? meanOf("shared") ?? meanOf("personal");
  return served === null ? null : { base: meanOf("base"), served };
}
