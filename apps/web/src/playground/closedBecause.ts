/** When the playground is open. Pure. */

import type { SessionState } from "@duet/client/sessionState";
import { words } from "./words.ts";

/** Why nothing can be asked at the moment, in a sentence; null when the playground is open. */
export function closedBecause({ stage, samples, adapters }: Pick<SessionState, "stage" | "samples" | "adapters">): string | null {
  switch (stage.kind) {
    case "loadingModel":
    case "preparing":
      return words.closedBecause.loading;
    case "working":
    case "submitting":
      return words.closedBecause.training;
    case "removed":
      return words.closedBecause.gone;
    case "failed":
      return words.closedBecause.failed;
    default:
      if (samples === null) return words.closedBecause.noData;
      return adapters === null ? words.closedBecause.nothingLearned : null;
  }
}
