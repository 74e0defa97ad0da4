import { describe, expect, it } from "vitest";
import { decodeText } from "./decodeText.ts";
import { TEXT_ENCODINGS, textEncodingOf } from "./textEncoding.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytes = (...parts: readonly (readonly number[] | string)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((char) => char.charCodeAt(0)) : part)));
const utf16 = (text: string, order: "le" | "be", mark = false) => {
  const units = [...(mark ? "\ufeff" : ""), ...text].flatMap((char) =>
    Array.from({ length: char.length }, (_, i) => char.charCodeAt(i)),
  );
  return Uint8Array.from(units.flatMap((unit) => (order === "le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])));
};

describe("decodeText", () => {
  it("takes a byte order mark at its word and leaves it out", () => {
    expect(decodeText(utf8("\ufeffé,b"))).toEqual({ text: "é,b", encoding: "utf-8", notice: null });
    expect(decodeText(utf16("é🙂,b", "le", true))).toEqual({ text: "é🙂,b", encoding: "utf-16le", notice: null });
    expect(decodeText(utf16("é🙂,b", "be", true))).toEqual({ text: "é🙂,b", encoding: "utf-16be", notice: null });
  });

  it("reads strict UTF-8 without a word, replacement characters that are in the file included", () => {
    expect(decodeText(utf8("plain"))).toMatchObject({ encoding: "utf-8", notice: null });
    expect(decodeText(utf8("日本語 \ufffd"))).toEqual({ text: "日本語 \ufffd", encoding: "utf-8", notice: null });
  });

  it.each(["le", "be"] as const)("knows UTF-16 without a mark, in any script (%s)", (order) => {
    for (const text of [
      "text,label\r\nhello,ham\r\n",
      "текст,метка\nпривет мир,да\n",
      "一一,二\n一些 文字,好\n",
      "text,Ā\nŀĀ,x\n",
    ]) {
      const decoded = decodeText(utf16(text, order));
      expect(decoded).toMatchObject({ text, encoding: `utf-16${order}` });
      expect(decoded.notice).toEqual(["readAs", `UTF-16${order.toUpperCase()}`]);
    }
  });

  it("takes a stray NUL in UTF-8 for what it is", () => {
    expect(decodeText(utf8("a,b\nlong enough text,\0 more of it\n"))).toMatchObject({ encoding: "utf-8", notice: null });
    expect(decodeText(utf8("ab\0\0cd,ef\0\0\n"))).toMatchObject({ encoding: "utf-8" });
  });

  it("falls back to windows-1252, with a notice that names it", () => {
    const decoded = decodeText(bytes("M", [0xfc], "de ", [0x80, 0x20, 0x93], "so", [0x94]));
    expect(decoded.text).toBe("Müde € “so”");
    expect(decoded.encoding).toBe("windows-1252");
    expect(decoded.notice).toEqual(["windows1252"]);
  });

  it("finds the first accent however far down it is, and at the very end", () => {
    const late = decodeText(bytes("plain line\n".repeat(100_000), [0xe9], "t", [0xe9], "\n"));
    expect(late.text.endsWith("été\n")).toBe(true);
    expect(decodeText(bytes("caf", [0xe9]))).toMatchObject({ text: "café", encoding: "windows-1252" });
  });

  it("takes a file that was cut within a character for UTF-8, and says so", () => {
    const whole = utf8("Rücken, müde");
    const cut = decodeText(whole.subarray(0, utf8("Rücken, m").length + 1));
    expect(cut).toMatchObject({ text: "Rücken, m", encoding: "utf-8" });
    expect(cut.notice).toEqual(["cutOff"]);
  });

  it("never puts in a replacement character silently", () => {
    const broken = decodeText(bytes([0xef, 0xbb, 0xbf], "a", [0xff, 0xfe], "b"));
    expect(broken).toMatchObject({ text: "a\ufffd\ufffdb", encoding: "utf-8" });
    expect(broken.notice).toEqual(["invalid", 2, "utf-8"]);
    expect(decodeText(bytes("a", [0xe9]), "utf-8").notice).toEqual(["invalid", 1, "utf-8"]);
  });

  it("decodes as it is told to", () => {
    expect(decodeText(bytes([0xa4]), "iso-8859-15").text).toBe("€");
    expect(decodeText(bytes([0xcf, 0xf0, 0xe8]), "windows-1251").text).toBe("При");
    expect(decodeText(bytes([0x83, 0x65]), "shift_jis").text).toBe("テ");
    expect(decodeText(bytes([0xc4, 0xe3]), "gb18030").text).toBe("你");
    expect(decodeText(utf16("é", "be"), "utf-16be")).toEqual({ text: "é", encoding: "utf-16be", notice: null });
  });

  it("knows encodings by their other names", () => {
    expect(["UTF8", "latin1", "cp1252", "cp1251", "sjis", "gbk", "l9"].map(textEncodingOf)).toEqual([
      ...["utf-8", "windows-1252", "windows-1252", "windows-1251", "shift_jis", "gb18030", "iso-8859-15"],
    ]);
    expect(textEncodingOf("klingon")).toBeNull();
  });

  it("refuses UTF-32 by name", () => {
    expect(() => decodeText(bytes([0xff, 0xfe, 0, 0], "a", [0, 0, 0]))).toThrow("UTF-32");
  });

  it.each(TEXT_ENCODINGS)("offers %s, which this runtime has", (encoding) => {
    expect(new TextDecoder(encoding).encoding).toBe(encoding);
  });
});
