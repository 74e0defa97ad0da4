/** The steps of connecting data, as one state. */

import type { PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { PersonalReport } from "@duet/lora-core/data/personalData/personalReport";
import type { TableOptions } from "@duet/lora-core/data/tableOptions";
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { SampleId } from "@duet/lora-core/scenarios/samples";
import type { ConnectedData, TableSummary } from "../worker/tabEngine.ts";

/** How a file is read and mapped: what its owner can change. */
export interface TableChoice {
  readonly options: TableOptions;
  /** A column, or a template of several. */
  readonly input: string;
  /** Empty until one is chosen. */
  readonly answer: string;
  /** Labels must be written as the federation's are. */
  readonly matchCase: boolean;
  /** Personal data of these kinds is replaced by marks. */
  readonly mask: readonly PersonalKind[];
}

/** What a scan of the rows found, or how far it is: the share of the rows that it has read. */
export type PersonalState =
  | { readonly kind: "reading"; readonly share: number }
  | { readonly kind: "read"; readonly report: PersonalReport };

export type ConnectState =
  | { readonly kind: "none" }
  | { readonly kind: "reading"; readonly fileName: string }
  /** Read; the choice can be changed, and `data` is there once it fits. */
  | {
      readonly kind: "table";
      readonly table: TableSummary;
      readonly choice: TableChoice;
      readonly data: ConnectedData | null;
      /** Of the rows as they stand in the file, masked or not. */
      readonly personal: PersonalState;
      readonly failure: FailureText | null;
    }
  | { readonly kind: "sample"; readonly id: SampleId; readonly share: string; readonly data: ConnectedData }
  | { readonly kind: "failed"; readonly failure: FailureText };

/** While rows are made anew there are none to join with: those at hand are of another choice. */
export function withoutRows(state: Extract<ConnectState, { kind: "table" }>): ConnectState & { readonly kind: "table" } {
  return { ...state, data: null, failure: null };
}

export const connectedData = (state: ConnectState): ConnectedData | null =>
  state.kind === "table" || state.kind === "sample" ? state.data : null;
