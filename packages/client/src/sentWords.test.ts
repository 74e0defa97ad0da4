import { expect, test } from "vitest";
import { sentLine } from "./sentSentences.ts";
import { madeFrom } from "./sentWords.ts";

test("who joins with a rank of its own is told that it leaves", () => {
  const joins = { figures: "nobody", device: null, samples: { train: null, fusion: null, test: null } };
  expect(sentLine(madeFrom("client:join", { ...joins, rank: 4 }))).toBe(
    "your name, and your choice that nobody sees your figures, the rank of your adapters, 4",
  );
  expect(sentLine(madeFrom("client:join", joins))).toBe("your name, and your choice that nobody sees your figures");
});
