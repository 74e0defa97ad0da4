/** A schema's own message is for programmers: what a person reads goes through errors/schemaWords.ts. */
import { expect, test } from "vitest";
import { linesWith, sources } from "./testing/sources.ts";

test("no source shows the message of a schema's issue", () => {
  const others = sources.filter((path) => path !== "packages/lora-core/src/errors/schemaWords.ts");
  expect(others.length).toBeLessThan(sources.length);
  expect(linesWith(/\bissues?\b.*\.message\b|prettifyError|flattenError|treeifyError/, others)).toEqual([]);
});
