/**
 * How a row becomes tokens for an instruction model: the input is a user's message, the answer the assistant's, in the model's own
 * chat template. Scored are the answer and the control piece that ends the assistant's turn. The prompt is tokenised by itself, so
 * that it is the same in training and before generating; a control piece written in a row is broken up and stays text.
 */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import { type ChatTemplate, createChat } from "../chatTemplate.ts";
import type { PromptEncoder } from "./prompt.ts";

/** Stands for a text while the template's own parts are found. */
const INPUT = "input-b71f";
const ANSWER = "answer-4c02";

/**
 * All of `eosTokens` end a text; the first one ends answers where the template has no control piece after them.
 * @throws {TypeError} when the template cannot be used, or leaves out the answer.
 */
export function createChatEncoder(tokenizer: TextTokenizer, template: ChatTemplate, eosTokens: readonly number[]): PromptEncoder {
  const render = createChat(template);
  const { gap, end } = answerFrame(render([{ role: "user", content: INPUT }], true), wholeChat());
  const ending = [endOfTurn(tokenizer, end), ...eosTokens].filter((id) => id !== null).slice(0, 1);

  function wholeChat(): string {
    return render(
      [
        { role: "user", content: INPUT },
        { role: "assistant", content: ANSWER },
      ],
      false,
    );
  }

  const promptOf = (input: string) =>
    tokenizer.encodeFormatted(render([{ role: "user", content: tokenizer.broken(input) }], true));
  return {
    stopTokens: [...new Set([...ending, ...eosTokens])],
    prompt(input, room) {
      let tokens = promptOf(input);
      let kept = tokens.length > room ? tokenizer.encode(input) : [];
      while (tokens.length > room && kept.length > 0) {
        kept = kept.slice(0, Math.max(0, kept.length - (tokens.length - room)));
        // Half a character at the cut goes too.
        tokens = promptOf(tokenizer.decode(kept).replace(/\uFFFD+$/, ""));
      }
      return tokens;
    },
    answer: (answer) => [...tokenizer.encode(`${gap}${answer}`), ...ending],
  };
}

/** What the template puts between the beginning of the answer's turn and the answer, and after it. */
function answerFrame(prompt: string, whole: string): { readonly gap: string; readonly end: string } {
  const at = whole.indexOf(ANSWER);
  if (at < 0)
    throw new DuetError("MODEL_FOLDER", "The model's chat template cannot be used: it leaves out the assistant's answer");
  const before = whole.slice(0, at);
  return { gap: before.startsWith(prompt) ? before.slice(prompt.length) : "", end: whole.slice(at + ANSWER.length) };
}

/** The first control piece of a text; null when there is none. */
function endOfTurn(tokenizer: TextTokenizer, text: string): number | null {
  return tokenizer.encodeFormatted(text).find((id) => tokenizer.isControl(id)) ?? null;
}
