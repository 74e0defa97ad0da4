/** What the playground shows. Plain data. */
import type { GenerateOptions, Prediction } from "@duet/lora-core/contract/answering";
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { Mix } from "@duet/lora-core/fusion/mix";
import type { Answerer } from "../lib/adapters.ts";
import type { TableSummary } from "../worker/tabEngine.ts";

export type AnswerState =
  | { readonly kind: "none" }
  | { readonly kind: "waiting" }
  | { readonly kind: "writing"; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly seconds: number; readonly stopped: boolean }
  | { readonly kind: "label"; readonly prediction: Prediction }
  | { readonly kind: "failed"; readonly failure: FailureText };

/** Of the fused answers on the client's fusion rows; accuracy is null in a text task. */
export type FigureState =
  | { readonly kind: "none" }
  | { readonly kind: "measuring" }
  | { readonly kind: "measured"; readonly accuracy: number | null; readonly loss: number }
  | { readonly kind: "failed"; readonly failure: FailureText };

export type TableState =
  | { readonly kind: "none" }
  | { readonly kind: "reading" }
  | { readonly kind: "ready"; readonly table: TableSummary }
  | { readonly kind: "running"; readonly table: TableSummary; readonly rowsDone: number }
  | { readonly kind: "done"; readonly table: TableSummary; readonly csv: string; readonly adapter: Answerer }
  | { readonly kind: "failed"; readonly failure: FailureText };

/** Where the fused answers come from. */
export interface FusedAnswers {
  /** What the tab serves since its last round, or a mix by hand. */
  readonly source: "served" | "hand";
  /** How a mix by hand is made: A and B mixed separately, or the two updates added. */
  readonly kind: Mix["kind"];
  /** Where the sliders stand. */
  readonly weights: FusionWeights;
}

export interface PlaygroundState {
  readonly answers: Readonly<Record<Answerer, AnswerState>>;
  readonly fused: FusedAnswers;
  readonly figure: FigureState;
  readonly table: TableState;
}

export interface Question {
  readonly input: string;
  /** Ignored in a label task. */
  readonly options: GenerateOptions;
}
