import { expect, test } from "vitest";
import { sharingWords } from "./sharingWords.ts";

test("who joins is told all that leaves, a rank of its own and the counts of its rows among it", () => {
  expect(sharingWords({ aggregation: "plain" }, "everybody")).toBe(
    "What it shares is seen by the coordinator; its figures are seen by everybody. Rows never leave this process.",
  );
  const words = sharingWords({ aggregation: "secure", ranks: "padded", statistics: "goOn" }, "nobody");
  expect(words).toContain("summed so that nobody sees it by itself; its figures are seen by nobody.");
  expect(words).toContain("told the rank of its adapters");
  expect(words).toContain("How many rows it has of each label and length");
});
