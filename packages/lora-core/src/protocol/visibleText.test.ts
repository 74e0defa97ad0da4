import { describe, expect, test } from "vitest";
import { freeName, isVisible, nameKey, visibleName } from "./visibleText.ts";

const seen = [
  "Anna",
  "Zoë O’Neill-Smith",
  "李雷",
  "שרה",
  "علی‌رضا", // a non-joiner between Persian letters
  "क्‍ष", // a joiner in a Devanagari cluster
  "👩‍🔬 lab", // joined emoji
  "❤️ ward", // a heart with its selector
  "ＡＮＮＡ",
  "a\u00a0b",
];
const hidden: readonly [string, string][] = [
  ["a line break", "Anna\nBram"],
  ["a carriage return", "Anna\rBram"],
  ["a tab", "Anna\tBram"],
  ["NUL", "Anna\u0000"],
  ["DEL", "Anna\u007f"],
  ["a C1 control", "Anna\u0085"],
  ["a line separator", "Anna\u2028Bram"],
  ["a right-to-left override", "Anna\u202egpj"],
  ["a right-to-left mark", "Anna\u200f"],
  ["an isolate", "\u2067Anna\u2069"],
  ["a zero-width space", "An\u200bna"],
  ["a byte order mark inside", "An\ufeffna"],
  ["a joiner between Latin letters", "An\u200dna"],
  ["a non-joiner at the end", "علی\u200c"],
  ["a soft hyphen", "An\u00adna"],
  ["a word joiner", "An\u2060na"],
  ["a Hangul filler", "\u3164"],
  ["a braille blank", "An\u2800na"],
  ["a tag", "Anna\u{e0041}"],
  ["a selector after a letter", "Anna\ufe0f"],
  ["a lone surrogate", "Anna\ud83d"],
  ["an interlinear annotation", "Anna\ufff9"],
];

test.each(seen)("%j can be seen", (text) => {
  expect(isVisible(text)).toBe(true);
  expect(visibleName(60).parse(` ${text} `)).toBe(text.trim());
});

test.each(hidden)("a text with %s is refused", (_, text) => {
  expect(isVisible(text)).toBe(false);
  expect(visibleName(60).safeParse(`x${text}x`).success).toBe(false);
});

describe("names that a reader could take for one another", () => {
  test.each(["anna", "ANNA", "  Anna ", "Ａｎｎａ", "An\u200bna", "Anna\u2060", "Ann\u0061"])("%j is Anna", (name) => {
    expect(nameKey(name)).toBe(nameKey("Anna"));
  });
  test.each([
    ["Straße", "STRASSE"],
    ["Anna  B", "anna\u00a0b"],
    ["Zoe\u0308", "Zoë"],
    ["ﬁn", "FIN"],
    ["ΣΟΦΟΣ", "σοφος"],
  ])("%j is %j", (a, b) => expect(nameKey(a)).toBe(nameKey(b)));
  test("others are others", () => {
    expect(new Set(["Anna", "Anne", "Anna 2", "Hanna", "安娜"].map(nameKey)).size).toBe(5);
  });
});

test("a free name stays, a taken one is numbered, within its length", () => {
  const keys =
    (...names: string[]) =>
    (key: string) =>
      names.map(nameKey).includes(key);
  expect(freeName("Anna", keys("Bram"), 60)).toBe("Anna");
  expect(freeName("Anna", keys("ANNA"), 60)).toBe("Anna 2");
  expect(freeName("Anna", keys("anna", "Anna 2", "anna  3"), 60)).toBe("Anna 4");
  const long = "🙂".repeat(30);
  expect(freeName(long, keys(long), 60)).toBe(`${"🙂".repeat(29)} 2`);
});
