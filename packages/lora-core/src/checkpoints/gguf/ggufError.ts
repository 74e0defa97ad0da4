import { DuetError } from "../../errors/duetError.ts";
import { type ModelSaying, modelFailure } from "../../errors/modelSentences.ts";
import type { Told } from "../../sayings/saying.ts";

/** A GGUF file that cannot be trusted or is not supported; the message says what is wrong with it. */
export class GgufError extends DuetError {
  constructor(problem: ModelSaying) {
    super("GGUF", ...modelFailure(["gguf", problem as Told]));
  }
}

/** The bytes at hand end before the header does. */
export class TruncatedGgufError extends GgufError {
  constructor() {
    super(["endsInHeader"]);
  }
}

/** What to do about a model in several GGUF files. */
export const mergeAdvice = (firstPart: string, merged: string): ModelSaying => [
  "mergeFirst",
  `llama-gguf-split --merge ${firstPart} ${merged}`,
];
