import { describe, expect, it } from "vitest";
import { textFigures } from "./textMetrics.ts";

const of = (written: string, wanted: string) => textFigures([written], [wanted]);

describe("textFigures", () => {
  // ROUGE-L by the Python package rouge-score 0.1.2: RougeScorer(["rougeL"]).score(wanted, written).
  it.each([
    ["node 7: the disk failed", "the disk of node 7 failed", 10 / 11, 0.545455],
    ["session closed for user root by (uid=0)", "session opened for user root", 8 / 13, 0.615385],
    ["Hepatitis.", "hepatitis", 1, 1],
    ["a a b c a", "a b a c", 8 / 9, 0.666667],
    ["entirely different words", "nothing in common", 0, 0],
  ])("compares %j with %j word by word", (written, wanted, tokenF1, rougeL) => {
    const found = of(written, wanted);
    expect(found.tokenF1).toBeCloseTo(tokenF1, 6);
    expect(found.rougeL).toBeCloseTo(rougeL, 6);
    expect(found.exactMatch).toBe(0);
  });

  it("is exact but for spaces: signs and capitals count", () => {
    expect(of(" open  <*> at\n<*> ", "open <*> at <*>").exactMatch).toBe(1);
    expect(of("open <*> at", "open <*> at <*>")).toEqual({ exactMatch: 0, tokenF1: 1, rougeL: 1 });
    expect(of("<*>", "<*>")).toEqual({ exactMatch: 1, tokenF1: 1, rougeL: 1 });
    expect(of("", "<*>")).toEqual({ exactMatch: 0, tokenF1: 0, rougeL: 0 });
    expect(of("", "word").rougeL).toBe(0);
  });

  it("knows words of every script, and compares no more of a text than it has to", () => {
    expect(of("Größe ÄNDERN", "größe ändern")).toEqual({ exactMatch: 0, tokenF1: 1, rougeL: 1 });
    expect(of("сбой диска", "диска сбой")).toMatchObject({ tokenF1: 1, rougeL: 0.5 });
    expect(of("no ".repeat(100_000), "no ".repeat(100_000)).rougeL).toBe(1);
  });

  it("is a mean over rows, of as many of both", () => {
    expect(textFigures(["a", "b"], ["a", "c"])).toEqual({ exactMatch: 0.5, tokenF1: 0.5, rougeL: 0.5 });
    expect(() => textFigures(["a"], [])).toThrow("1 texts for 0 rows");
    expect(() => textFigures([], [])).toThrow("no rows");
  });
});
