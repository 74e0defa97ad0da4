/** How a base reads rows, without its weights. */
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { createTextTokenizer, type TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import type { PromptEncoder } from "./causalLm/prompt.ts";
import { promptsOf } from "./causalLm/promptsOf.ts";
import { type ReadFile, readChat } from "./readModelFiles.ts";

const TOKENIZER = "tokenizer.json";

export interface BaseReader {
  readonly tokenizer: TextTokenizer;
  /** How a decoder is asked; null for an encoder, which reads a text as it stands. */
  readonly prompts: PromptEncoder | null;
}

/** Null where the base has no tokenizer.json. @throws {TypeError} for a chat template that is not supported, and whatever `read` throws. */
export async function readBaseReader({ config, files }: BaseModel, read: ReadFile): Promise<BaseReader | null> {
  const names = files.map(({ path }) => path);
  if (!names.includes(TOKENIZER)) return null;
  const architecture = parseArchitecture(config);
  const tokenizer = createTextTokenizer(JSON.parse(new TextDecoder().decode(await read(TOKENIZER))));
  if (architecture.family === "encoder") return { tokenizer, prompts: null };
  const chat = await readChat(names, read);
  return { tokenizer, prompts: promptsOf({ config: architecture.config, tokenizer, chat, stopTokens: [] }) };
}

/** Tokens of a row's input that are read of at most so many: what the form of a prompt and an answer of so many leave. */
export function inputRoom({ tokenizer, prompts }: BaseReader, answers: readonly string[], maxTokens: number): number {
  const { before, after } = tokenizer.frame;
  if (!prompts) return Math.max(1, maxTokens - before.length - after.length);
  const lengths = answers.map((answer) => prompts.answer(answer).length);
  const answer = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  return Math.max(1, maxTokens - prompts.prompt("", Number.POSITIVE_INFINITY).length - answer);
}

/** What a decoder reads around a text, without control pieces. */
export function textAround({ tokenizer, prompts }: BaseReader): { readonly before: string; readonly after: string } | null {
  if (!prompts) return null;
  const [before = "", after = ""] = tokenizer.decode(prompts.prompt(MARK, Number.POSITIVE_INFINITY)).split(MARK);
  return { before: before.trim(), after: after.trim() };
}

/** Stands for a text while what is around it is found. */
const MARK = "input-5d19";
