import type { ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import { useRecognition } from "../hooks/useRecognition.ts";
import { words as common } from "../lib/words.ts";
import { recognitionView, unmeasuredWords } from "./recognitionView.ts";
import { words } from "./words.ts";

export interface RecognisedRowsProps {
  readonly federationId: string;
  readonly adapter: ClientAdapterKind;
  /** Says which adapter it is of, where that is not plain. */
  readonly named?: boolean;
  /** What follows from it, where the adapter is about to be published. */
  readonly advised?: boolean;
}

/** Beside a button that gives an adapter away: how recognisable this tab's own rows are in it. */
export function RecognisedRows({ federationId, adapter, named = false, advised = false }: RecognisedRowsProps) {
  const { state, isOver } = useRecognition(federationId);
  const measured = state.measured[adapter];
  const view = measured && recognitionView(measured, adapter);
  return (
    <span className="small block">
      {words.recognisedRows.yourRowsIn(
        named ? words.recognisedRows.inAdapter(words.recognitionPanel.names[adapter]) : words.recognisedRows.it,
      )}{" "}
      {view ? (
        <>
          <strong>{view.verdict}</strong>
          {common.listing.stop}
          {advised && ` ${view.advice}`}
        </>
      ) : (
        unmeasuredWords(adapter, state, isOver) + common.listing.stop
      )}
    </span>
  );
}
