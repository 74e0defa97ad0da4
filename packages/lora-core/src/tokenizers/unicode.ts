/** Classes of characters and the byte alphabet, as the Python package's Rust has them (JavaScript's \s, \w and \d are others). */

/** char::is_whitespace */
export const SPACE = /\p{White_Space}/gu;
/** One character of \w */
export const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
/** Punctuation for BERT: Unicode's, and all of ASCII that is neither letter nor digit. */
export const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu;
/** char::is_numeric */
export const NUMERIC = /\p{N}/gu;

/** Character of each byte in a byte-level vocabulary: itself where it is visible in Latin-1, else one from U+0100 on. */
const byteCharacters: readonly string[] = (() => {
  const isVisible = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isVisible(byte) ? byte : next++));
})();
const bytesOfCharacters: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]));
const encoder = new TextEncoder();

/** The text's UTF-8 bytes, one character each. */
export function toByteCharacters(text: string): string {
  return Array.from(encoder.encode(text), (byte) => byteCharacters[byte]).join("");
}

/** The bytes that such characters stand for; the UTF-8 bytes of the text when one of them stands for none. */
export function fromByteCharacters(characters: string): Iterable<number> {
  const bytes = Array.from(characters, (character) => bytesOfCharacters.get(character));
  return bytes.every((byte) => byte !== undefined) ? bytes : encoder.encode(characters);
}
