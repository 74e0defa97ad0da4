import { NOTHING_MEASURED, type RecognitionState } from "../services/recognition.ts";
import { useServices } from "./ServicesContext.tsx";
import { useSession } from "./useSession.ts";
import { useStore } from "./useStore.ts";

/** How recognisable this tab's rows are in what came of this federation, as far as it was measured; and whether nothing is trained any more. */
export function useRecognition(federationId: string): { readonly state: RecognitionState; readonly isOver: boolean } {
  const state = useStore(useServices().recognition);
  const stage = useSession(federationId)?.state.stage.kind;
  const isOver = stage === "finished" || stage === "removed" || stage === "failed";
  return { state: state.federationId === federationId ? state : NOTHING_MEASURED, isOver };
}
