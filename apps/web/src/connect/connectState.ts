/** The steps of connecting data, as one state. */
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { ConnectedData, TableSummary } from "../worker/tabEngine.ts";

export type ConnectState =
  | { readonly kind: "none" }
  | { readonly kind: "reading"; readonly fileName: string }
  /** Read; columns can be chosen, and `data` is there once they fit. */
  | {
      readonly kind: "table";
      readonly table: TableSummary;
      readonly input: string;
      readonly answer: string;
      readonly data: ConnectedData | null;
      readonly failure: FailureText | null;
    }
  | { readonly kind: "sample"; readonly title: string; readonly share: string; readonly data: ConnectedData }
  | { readonly kind: "failed"; readonly failure: FailureText };

export const connectedData = (state: ConnectState): ConnectedData | null =>
  state.kind === "table" || state.kind === "sample" ? state.data : null;
