import { expect, test } from "vitest";
import { rankWords } from "./rankWords.ts";

test("who joins reads which rank it takes, why, and how another one is chosen", () => {
  expect(rankWords({ rank: 4, why: "link", seconds: { held: 70.4, proposed: 25 } }, 16)).toBe(
    "Rank 4 of 16: over this line a round takes about 25 s with it, and 70 s with what the memory holds. --rank N chooses another one.",
  );
  expect(rankWords({ rank: 8, why: "memory", seconds: null }, 16)).toBe(
    "Rank 8 of 16: what the memory holds. --rank N chooses another one.",
  );
  expect(rankWords({ rank: 16, why: "all", seconds: { held: 9, proposed: 9 } }, 16)).toBe(
    "Rank 16, as the federation has it; fewer would hardly shorten a round over this line. --rank N chooses another one.",
  );
});
