import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { loadWords } from "../lib/language.ts";
import { en as known } from "../lib/words.en.ts";
import { zh as knownInChinese } from "../lib/words.zh.ts";
import { explained, GROUPS } from "./terms.ts";
import { en } from "./words.en.ts";
import { zh } from "./words.zh.ts";

beforeAll(() => loadWords());

test("every word that the app explains stands in the glossary once", () => {
  const listed = Object.values(GROUPS).flat();
  expect([...listed].sort()).toEqual([...Object.keys(known.glossary), ...Object.keys(en.terms)].sort());
  for (const term of listed) expect(explained(term).meaning).not.toBe("");
});

test("its Chinese words are those of docs/glossary.md", () => {
  const page = readFileSync(new URL("../../../../docs/glossary.md", import.meta.url), "utf8");
  const [, chinese = ""] = page.split("## In Chinese");
  const rows = [...chinese.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(([, term = "", word = ""]) => [term, word] as const);
  const all: Readonly<Record<string, { readonly word: string }>> = { ...knownInChinese.glossary, ...zh.terms };
  const compared = rows.flatMap(([term, word]) => (all[term] ? [[term, all[term].word, word.replace(/ \(.*\)$/, "")]] : []));
  expect(compared.length).toBeGreaterThan(15);
  for (const [term, shown, wanted] of compared) expect([term, shown]).toEqual([term, wanted]);
});
