/** Encodings of text files: those that TextDecoder has in browsers and in Node alike (WHATWG Encoding Standard). */
export const TEXT_ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1255",
  "windows-1256",
  "windows-1257",
  "windows-1258",
  "windows-874",
  "iso-8859-2",
  "iso-8859-5",
  "iso-8859-7",
  "iso-8859-15",
  "koi8-r",
  "koi8-u",
  "macintosh",
  "ibm866",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
  "iso-2022-jp",
  "euc-kr",
] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** An encoding by any of its names, such as "utf8", "latin1" or "cp1251"; null when it is not one of these. */
export function textEncodingOf(name: string): TextEncoding | null {
  let found: string;
  try {
    found = new TextDecoder(name.trim()).encoding;
  } catch {
    return null;
  }
  // The newer standard holds all of the older one.
  const standard = found === "gbk" ? "gb18030" : found;
  return TEXT_ENCODINGS.find((encoding) => encoding === standard) ?? null;
}
