/** Cutting a text at what matches, as the Python package's pre-tokenizers do. */
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { fieldsOf, TokenizerError } from "./tokenizerError.ts";

/** What becomes of a match. */
export const splitBehavior = z.enum(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]);
export type SplitBehavior = z.output<typeof splitBehavior>;

/** A text, or an expression in the syntax of Oniguruma. */
export const splitPattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);

/** The expression in JavaScript's syntax, with the flags g and u. @throws {TokenizerError} when it has no equal there. */
export function patternOf(pattern: z.output<typeof splitPattern>): RegExp {
  try {
    // The package translates Oniguruma; nothing else of its pre-tokenizer is used.
    const { pattern: translated } = new SplitPreTokenizer({ type: "Split", pattern, behavior: "Isolated", invert: false });
    if (translated) return translated;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TokenizerError(["otherExpression", JSON.stringify(pattern)]);
}

/** `[begin, end)` in UTF-16 units. */
interface Span {
  begin: number;
  end: number;
}

/** Pieces of the text that are left, in order, none of them empty. `invert` swaps what matches and what does not. */
export function splitPieces(text: string, pattern: RegExp, behavior: SplitBehavior, invert = false): Span[] {
  const marked = markedSpans(text, pattern).map((span) => ({ ...span, isMatch: span.isMatch !== invert }));
  return joinSpans(marked, behavior).filter(({ begin, end }) => begin < end);
}

interface MarkedSpan extends Span {
  readonly isMatch: boolean;
}

/** Matches and what lies between them. */
function markedSpans(text: string, pattern: RegExp): MarkedSpan[] {
  const spans: MarkedSpan[] = [];
  let before = 0;
  for (const match of text.matchAll(pattern)) {
    const [begin, end] = [match.index, match.index + match[0].length];
    if (before < begin) spans.push({ begin: before, end: begin, isMatch: false });
    spans.push({ begin, end, isMatch: true });
    before = end;
  }
  if (before < text.length) spans.push({ begin: before, end: text.length, isMatch: false });
  return spans;
}

function joinSpans(spans: readonly MarkedSpan[], behavior: SplitBehavior): Span[] {
  switch (behavior) {
    case "Removed":
      return spans.filter(({ isMatch }) => !isMatch);
    case "Isolated":
      return [...spans];
    case "Contiguous":
      return joinWith(spans, (span, previous) => span.isMatch === previous.isMatch);
    case "MergedWithPrevious":
      return joinWith(spans, (span, previous) => span.isMatch && !previous.isMatch);
    case "MergedWithNext":
      return joinWith(spans, (span, previous) => previous.isMatch && !span.isMatch);
  }
}

/** A span goes on in the same piece when it `joins` the one before it. */
function joinWith(spans: readonly MarkedSpan[], joins: (span: MarkedSpan, previous: MarkedSpan) => boolean): Span[] {
  const joined: Span[] = [];
  spans.forEach((span, index) => {
    const [previous, last] = [spans[index - 1], joined.at(-1)];
    if (previous && last && joins(span, previous)) last.end = span.end;
    else joined.push({ begin: span.begin, end: span.end });
  });
  return joined;
}

/** The fields of a step that splits. */
export const readPattern = (what: string, json: unknown) =>
  fieldsOf(what, z.object({ pattern: splitPattern, behavior: splitBehavior, invert: z.boolean().default(false) }), json);
