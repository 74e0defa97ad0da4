/**
 * Bytes of a file as text. In this order: a byte order mark, UTF-16 without one where its zero bytes give it away, strict UTF-8, and
 * windows-1252, which any bytes are. What was not certain is said in `notice`; a replacement character never comes in silently.
 */

import { stripAnsi } from "./ansi.ts";
import type { DataSaying } from "./dataSentences.ts";
import { TableError } from "./tableError.ts";
import type { TextEncoding } from "./textEncoding.ts";

export interface DecodedText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly encoding: TextEncoding;
  /** A sentence for the file's owner; null where nothing is to be said. */
  readonly notice: DataSaying | null;
}

/** @throws {TableError} on UTF-32, which no browser decodes. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding | "auto" = "auto"): DecodedText {
  if (encoding !== "auto") return decodeAs(bytes, encoding);
  const marked = encodingOfMark(bytes);
  if (marked) return decodeAs(bytes, marked);
  const utf16 = obviousUtf16(bytes);
  if (utf16) return { ...decodeAs(bytes, utf16), notice: ["readAs", utf16.toUpperCase()] };
  return strictUtf8(bytes) ?? decodeWindows1252(bytes);
}

function encodingOfMark(bytes: Uint8Array): TextEncoding | null {
  const [a, b, c, d] = bytes;
  const isUtf32 = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
  if (isUtf32) throw new TableError("ENCODING", ["utf32"]);
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : null;
}

/** Bytes looked at for UTF-16 without a mark. */
const SAMPLE = 64 * 1024;
/** Control characters, halves of characters and characters that are none: a text has none of them. */
const NO_TEXT = /[^\P{Cc}\t\n\f\r]|[\ufffd-\uffff]/u;
/** Share of the bytes of blanks, commas and line ends that must have their zero byte. */
const PAIRED = 0.3;

/** In UTF-16 the blanks and line ends of any script have a zero byte beside them, on one side; as text it must then make sense. */
function obviousUtf16(bytes: Uint8Array): TextEncoding | null {
  const sample = bytes.subarray(0, SAMPLE);
  if (bytes.length % 2 === 1 || !sample.includes(0)) return null;
  let blanks = 0;
  const paired = { "utf-16le": 0, "utf-16be": 0 };
  for (let at = 0; at < sample.length; at++) {
    if (!isBlank(sample[at])) continue;
    blanks++;
    if (at % 2 === 0 && sample[at + 1] === 0) paired["utf-16le"]++;
    if (at % 2 === 1 && sample[at - 1] === 0) paired["utf-16be"]++;
  }
  const encoding = paired["utf-16le"] >= paired["utf-16be"] ? "utf-16le" : "utf-16be";
  if (paired[encoding] === 0 || paired[encoding] < PAIRED * blanks) return null;
  // The sample may end between the halves of a character.
  return NO_TEXT.test(stripAnsi(new TextDecoder(encoding).decode(sample, { stream: true }))) ? null : encoding;
}

/** Tab, line ends, blank, comma, semicolon. */
const isBlank = (byte: number | undefined): boolean =>
  byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x2c || byte === 0x3b;

/** Null when the bytes are not UTF-8. A file that was cut off within its last character still is. */
function strictUtf8(bytes: Uint8Array): DecodedText | null {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: true });
  } catch {
    return null;
  }
  try {
    decoder.decode();
    return { text, encoding: "utf-8", notice: null };
  } catch {
    // One accent at the very end, and no other: that is windows-1252.
    if (!/[^\0-\x7f]/.test(text)) return null;
    return { text, encoding: "utf-8", notice: ["cutOff"] };
  }
}

function decodeWindows1252(bytes: Uint8Array): DecodedText {
  return { ...decodeAs(bytes, "windows-1252"), notice: ["windows1252"] };
}

function decodeAs(bytes: Uint8Array, encoding: TextEncoding): DecodedText {
  const decoded = new TextDecoder(encoding).decode(bytes);
  const text = encoding === "windows-1252" ? withC1Characters(decoded) : decoded;
  if (!text.includes("\ufffd")) return { text, encoding, notice: null };
  // The file may hold the replacement character itself.
  if (isValid(bytes, encoding)) return { text, encoding, notice: null };
  const count = text.split("\ufffd").length - 1;
  return { text, encoding, notice: ["invalid", count, encoding] };
}

function isValid(bytes: Uint8Array, encoding: TextEncoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** 0x80 to 0x9f of windows-1252; a space where the standard has no character. */
const C1 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/** Some versions of Node decode windows-1252 as ISO-8859-1 (nodejs/node#56542): these are the bytes in which the two differ. */
function withC1Characters(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (char) => {
    const meant = C1[char.charCodeAt(0) - 0x80] ?? " ";
    return meant === " " ? char : meant;
  });
}
