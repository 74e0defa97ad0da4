/** The ids of the Python package `tokenizers`. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { describeWithSharedCases, readSharedCase } from "../../../../tools/testing/sharedData.ts";
import { createTextTokenizer } from "./textTokenizer.ts";

const cases = z.array(z.object({ text: z.string(), ids: z.array(z.number()), back: z.string() }));

type Read = (name: string) => unknown;

/** Every layout that `expected` names gives its ids and texts. */
function testLayouts(read: Read): void {
  test.each(Object.entries(z.record(z.string(), cases).parse(read("expected"))))("%s", (name, expected) => {
    const tokenizer = createTextTokenizer(read(name));
    const ours = expected.map(({ text, ids }) => ({ text, ids: tokenizer.encode(text), back: tokenizer.decode(ids) }));
    expect(ours).toEqual(expected);
  });
}

describe("layouts of the Python package, over ten scripts", () => {
  testLayouts((name) => JSON.parse(readFileSync(new URL(`../../fixtures/tokenizers/${name}.json`, import.meta.url), "utf8")));
});

describeWithSharedCases("the tokenizers of shared/cases/16-tokenizers", () => {
  testLayouts((name) => JSON.parse(new TextDecoder().decode(readSharedCase(`16-tokenizers/${name}.json`))));
});
