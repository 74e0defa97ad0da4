/** Measures what an adapter writes in a text task, where the loss alone says little. */
import { type TextFigures, textFigures } from "@duet/lora-core/data/textMetrics";
import type { DeviceAdapter, Example, TaskModel } from "../models/languageModel.ts";

/** Writing takes a pass for every token: so many rows are written, and answers end where the longest wanted one would, and a little later. */
export const WRITTEN_ROWS = 24;
const MOST_TOKENS = 64;
const MORE_TOKENS = 4;

export interface WrittenFigures extends TextFigures {
  readonly rows: number;
}

/** Of the first rows of `examples`; null without rows, and where the model cannot write. `beforeToken` may throw to stop. */
export async function measureTexts(
  model: TaskModel,
  examples: readonly Example[],
  adapter: DeviceAdapter | null,
  beforeToken: () => Promise<void>,
): Promise<WrittenFigures | null> {
  const rows = examples.slice(0, WRITTEN_ROWS);
  if (!model.write || rows.length === 0) return null;
  const longest = Math.max(...rows.map(({ tokens, answerStart }) => tokens.length - answerStart));
  const pairs = await model.write(rows, adapter, { maxNewTokens: Math.min(MOST_TOKENS, longest + MORE_TOKENS), beforeToken });
  const figures = textFigures(
    pairs.map(({ written }) => written),
    pairs.map(({ wanted }) => wanted),
  );
  return { rows: rows.length, ...figures };
}
