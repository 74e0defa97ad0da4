/** When the playground is open. Pure. */
import type { SessionState } from "@duet/client/sessionState";

/** Why nothing can be asked at the moment, in a sentence; null when the playground is open. */
export function closedBecause({ stage, samples, adapters }: Pick<SessionState, "stage" | "samples" | "adapters">): string | null {
  switch (stage.kind) {
    case "loadingModel":
    case "preparing":
      return "The base model is being loaded; the playground opens when it is there.";
    case "working":
    case "submitting":
      return "This tab is training. The playground opens between rounds and when the federation is over.";
    case "removed":
    case "failed":
      return "This tab no longer takes part, so it has no model to ask. Reload the page to come back.";
    default:
      if (samples === null) return "No data is connected to this tab yet.";
      return adapters === null ? "The adapters have learned nothing yet; the playground opens after the first round." : null;
  }
}
