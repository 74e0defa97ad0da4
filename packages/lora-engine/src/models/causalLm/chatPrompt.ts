/**
 * How a row becomes tokens for an instruction model: the input is a user's message, or turns, the answer the assistant's, in the model's
 * own chat template. Scored are the answer and the control piece that ends the assistant's turn. The prompt is tokenised by itself, so
 * that it is the same in training and before generating; a control piece written in a row is broken up and stays text.
 */

import { type Turn, turnsText } from "@duet/lora-core/data/turn";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { workError } from "@duet/lora-core/errors/workError";
import type { TextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import { type ChatTemplate, createChat, type RenderChat } from "../chatTemplate.ts";
import { answerText, type PromptEncoder } from "./prompt.ts";

/** Each stands for a text while the template's own parts are found. */
const SYSTEM = "system-3e90";
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
  const stopTokens = [...new Set([...ending, ...eosTokens])];

  function wholeChat(): string {
    return render(
      [
        { role: "user", content: INPUT },
        { role: "assistant", content: ANSWER },
      ],
      false,
    );
  }

  const encode = (turns: readonly Turn[]) =>
    tokenizer.encodeFormatted(
      render(
        turns.map(({ role, content }) => ({ role, content: tokenizer.broken(content) })),
        true,
      ),
    );
  const askable = createAskable(render);
  /** Cuts the end of the last turn. */
  function cut(turns: readonly Turn[], room: number): number[] {
    const before = turns.slice(0, -1);
    const last = turns.at(-1) ?? question("");
    let tokens = encode(turns);
    let kept = tokens.length > room ? tokenizer.encode(last.content) : [];
    while (tokens.length > room && kept.length > 0) {
      kept = kept.slice(0, Math.max(0, kept.length - (tokens.length - room)));
      // Half a character at the cut goes too.
      tokens = encode([...before, { ...last, content: tokenizer.decode(kept).replace(/\uFFFD+$/, "") }]);
    }
    return tokens;
  }
  return {
    stopTokens,
    prompt(input, room) {
      let turns = askable(typeof input === "string" ? [question(input)] : input);
      // The oldest turns go first, what the system said last.
      for (let shorter = withoutOldest(turns); shorter && encode(turns).length > room; shorter = withoutOldest(turns))
        turns = shorter;
      const tokens = cut(turns, room);
      const [first, ...rest] = turns;
      return tokens.length > room && first?.role === "system" && rest.length > 0 ? cut(rest, room) : tokens;
    },
    answer: (answer) => [...tokenizer.encode(`${gap}${answer}`), ...ending],
    text: (tokens) => answerText(tokenizer, tokens, stopTokens),
  };
}

const question = (content: string): Turn => ({ role: "user", content });

/** The conversation without its first question and the replies to it; null when only one is left. */
function withoutOldest(turns: readonly Turn[]): readonly Turn[] | null {
  const [first] = turns;
  const system = first?.role === "system" ? [first] : [];
  const next = turns.findIndex(({ role }, index) => index > system.length && role === "user");
  return next < 0 ? null : [...system, ...turns.slice(next)];
}

/**
 * Turns as the template takes them. Where it knows no system, that goes before the first question; what it refuses otherwise, such as a
 * conversation that the assistant begins, is one question in words.
 */
function createAskable(render: RenderChat): (turns: readonly Turn[]) => readonly Turn[] {
  const attempt = (turns: readonly Turn[]): string | null => {
    try {
      return render(turns, true);
    } catch (error) {
      if (hasCode(error, "MODEL_FOLDER")) return null;
      throw error;
    }
  };
  const hasSystem = attempt([{ role: "system", content: SYSTEM }, question(INPUT)])?.includes(SYSTEM) ?? false;
  return (turns) => {
    const asked = hasSystem ? turns : withoutSystem(turns);
    const [first] = asked;
    if (asked.length === 1 && first?.role === "user") return asked;
    return attempt(asked) === null ? [question(turnsText(turns))] : asked;
  };
}

function withoutSystem(turns: readonly Turn[]): readonly Turn[] {
  const [first, second, ...rest] = turns;
  if (first?.role !== "system") return turns;
  if (second?.role !== "user") return [question(first.content), ...turns.slice(1)];
  return [question(`${first.content}\n\n${second.content}`), ...rest];
}

/** What the template puts between the beginning of the answer's turn and the answer, and after it. */
function answerFrame(prompt: string, whole: string): { readonly gap: string; readonly end: string } {
  const at = whole.indexOf(ANSWER);
  if (at < 0) throw workError("MODEL_FOLDER", ["templateUnusable", ["answerLeftOut"]]);
  const before = whole.slice(0, at);
  return { gap: before.startsWith(prompt) ? before.slice(prompt.length) : "", end: whole.slice(at + ANSWER.length) };
}

/** The first control piece of a text; null when there is none. */
function endOfTurn(tokenizer: TextTokenizer, text: string): number | null {
  return tokenizer.encodeFormatted(text).find((id) => tokenizer.isControl(id)) ?? null;
}
