/** From pieces back to a text: each step by its name in tokenizer.json, as the Python package does it. */
import { z } from "zod";
import { patternOf, splitPattern } from "./splitPieces.ts";
import { type Builders, buildStep, fieldsOf } from "./tokenizerError.ts";
import { fromByteCharacters } from "./unicode.ts";

/** The steps pass pieces on; at the end they are joined. */
type Decoder = (pieces: readonly string[]) => readonly string[];

const WHAT = "decoder";
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

const builders: Builders<Decoder> = new Map<string, (json: unknown) => Decoder>([
  ["BPEDecoder", suffixed],
  ["ByteFallback", () => bytesToText],
  ["ByteLevel", () => (pieces) => [lossy.decode(Uint8Array.from(pieces.flatMap((piece) => [...fromByteCharacters(piece)])))]],
  ["Fuse", () => (pieces) => [pieces.join("")]],
  ["Metaspace", metaspace],
  ["Replace", replace],
  ["Sequence", sequence],
  ["Strip", strip],
  ["WordPiece", wordPiece],
]);

/** The text of pieces. @throws {TokenizerError} naming a step that is not supported. */
export function createDecoder(json: unknown): (pieces: readonly string[]) => string {
  if (json === null || json === undefined) return (pieces) => pieces.join(" ");
  const decode = buildStep(WHAT, builders, json);
  return (pieces) => decode(pieces).join("");
}

function sequence(json: unknown): Decoder {
  const { decoders } = fieldsOf(WHAT, z.object({ decoders: z.array(z.unknown()) }), json);
  const steps = decoders.map((step) => buildStep(WHAT, builders, step));
  return (pieces) => steps.reduce((rest, step) => step(rest), pieces);
}

function replace(json: unknown): Decoder {
  const { pattern, content } = fieldsOf(WHAT, z.object({ pattern: splitPattern, content: z.string() }), json);
  const expression = patternOf(pattern);
  return (pieces) => pieces.map((piece) => piece.replace(expression, () => content));
}

function metaspace(json: unknown): Decoder {
  const fields = z.object({
    replacement: z.string().min(1),
    prepend_scheme: z.enum(["always", "first", "never"]).default("always"),
  });
  const { replacement, prepend_scheme: scheme } = fieldsOf(WHAT, fields, json);
  const ofFirst = scheme === "never" ? " " : "";
  return (pieces) => pieces.map((piece, index) => piece.replaceAll(replacement, index === 0 ? ofFirst : " "));
}

function suffixed(json: unknown): Decoder {
  const { suffix } = fieldsOf(WHAT, z.object({ suffix: z.string().min(1).default("</w>") }), json);
  return (pieces) => pieces.map((piece, index) => piece.replaceAll(suffix, index === pieces.length - 1 ? "" : " "));
}

function strip(json: unknown): Decoder {
  const fields = z.object({ content: z.string().min(1), start: z.number().int().min(0), stop: z.number().int().min(0) });
  const { content, start, stop } = fieldsOf(WHAT, fields, json);
  return (pieces) =>
    pieces.map((piece) => {
      let rest = piece;
      for (let i = 0; i < start && rest.startsWith(content); i++) rest = rest.slice(content.length);
      for (let i = 0; i < stop && rest.endsWith(content); i++) rest = rest.slice(0, -content.length);
      return rest;
    });
}

function wordPiece(json: unknown): Decoder {
  const fields = z.object({ prefix: z.string().default("##"), cleanup: z.boolean().default(true) });
  const { prefix, cleanup } = fieldsOf(WHAT, fields, json);
  return (pieces) =>
    pieces.map((piece, index) => {
      if (index === 0) return cleanup ? cleaned(piece) : piece;
      const joined = piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`;
      return cleanup ? cleaned(joined) : joined;
    });
}

/** Spaces that BERT's splitting has put before punctuation and shortened words. */
function cleaned(text: string): string {
  const repairs = [
    [" .", "."],
    [" ?", "?"],
    [" !", "!"],
    [" ,", ","],
    [" ' ", "'"],
    [" n't", "n't"],
    [" 'm", "'m"],
  ] as const;
  const words = [
    [" do not", " don't"],
    [" 's", "'s"],
    [" 've", "'ve"],
    [" 're", "'re"],
  ] as const;
  return [...repairs, ...words].reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
}

/** Runs of `<0x2F>` become the text of those bytes, or a replacement character a byte where they are none. */
function bytesToText(pieces: readonly string[]): readonly string[] {
  const out: string[] = [];
  let run: number[] = [];
  const flush = () => {
    if (run.length > 0) out.push(textOf(run));
    run = [];
  };
  for (const piece of pieces) {
    const [, hex] = BYTE.exec(piece) ?? [];
    if (hex !== undefined) run.push(Number.parseInt(hex, 16));
    else {
      flush();
      out.push(piece);
    }
  }
  flush();
  return out;
}

function textOf(bytes: readonly number[]): string {
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return "\uFFFD".repeat(bytes.length);
  }
}
