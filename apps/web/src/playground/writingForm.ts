import type { GenerateOptions } from "@duet/lora-core/contract/answering";
/** How texts are to be written, as it stands in the form. Pure. */

export interface WritingForm {
  readonly maxNewTokens: number;
  /** 0 always takes the likeliest token. */
  readonly temperature: number;
  /** 0 keeps all tokens. */
  readonly topK: number;
  /** 1 keeps all tokens. */
  readonly topP: number;
  /** One stop string per line. */
  readonly stop: string;
  readonly seed: number;
}

export const writingForm: WritingForm = { maxNewTokens: 64, temperature: 0, topK: 0, topP: 1, stop: "", seed: 1 };

export function generateOptions({ maxNewTokens, temperature, topK, topP, stop, seed }: WritingForm): GenerateOptions {
  return {
    maxNewTokens,
    temperature,
    topK: topK === 0 ? null : topK,
    topP: topP === 1 ? null : topP,
    stop: stop.split("\n").filter((line) => line !== ""),
    seed,
  };
}
