import type { ClientAdapterKind } from "@duet/lora-core/federation/clientAdapters";
import { useRecognition } from "../hooks/useRecognition.ts";
import { recognitionView, unmeasuredWords } from "./recognitionView.ts";

export interface RecognisedRowsProps {
  readonly federationId: string;
  readonly adapter: ClientAdapterKind;
  /** Says which adapter it is of, where that is not plain. */
  readonly named?: boolean;
}

/** Beside a button that gives an adapter away: how recognisable this tab's own rows are in it. */
export function RecognisedRows({ federationId, adapter, named = false }: RecognisedRowsProps) {
  const { state, isOver } = useRecognition(federationId);
  const measured = state.measured[adapter];
  const view = measured && recognitionView(measured, adapter);
  return (
    <span className="small block">
      Your rows in {named ? `the ${adapter} adapter` : "it"}:{" "}
      {view ? (
        <>
          <strong>{view.verdict}</strong>. {view.advice}
        </>
      ) : (
        `${unmeasuredWords(adapter, state, isOver)}.`
      )}
    </span>
  );
}
