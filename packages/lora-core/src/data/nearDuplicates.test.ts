import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../tensors/random.ts";
import { countGroups, foldText, nearDuplicateGroups } from "./nearDuplicates.ts";

describe("foldText", () => {
  it.each([
    ["Session opened for user 17 from 10.0.3.9:2217", "session opened for user # from #"],
    ["ciod: failed to read /p/gb2/stella/x.rts (Errno=5)!", "ciod failed to read # errno #"],
    ["GET https://a.example/b?c=1 took 12 ms", "get # took # ms"],
    ["node R02-M1-N0-C:J12-U11, job 550e8400-e29b-41d4-a716-446655440000", "node # job #"],
    ["core.2275 at 0x00FF and DEADBEEF", "# at # and #"],
    ["Fièvre élevée — toux", "fièvre élevée toux"],
    ["头痛3天", "头 痛 # 天"],
    ["and/or the red-hot C:\\logs\\x.txt", "and or the red hot #"],
  ])("folds %j", (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });
});

describe("nearDuplicateGroups", () => {
  it("joins instances of one template and texts that differ in one word of many, chained", () => {
    const groups = nearDuplicateGroups([
      "disk 17 of node a3 is full", // 0
      "my skin has a red and itchy rash on both arms", // 1
      "Disk 2 of node b9 is full.", // 0, same template
      "my skin has a red and itchy rash on both legs", // 1: 9 of 11 words
      "my skin has one red and itchy rash on both legs", // 1 through the one above: 7 of 12 with the first
      "the cat sat", // 2
      "my skin is dry", // 3
    ]);
    expect(groups).toEqual([0, 1, 0, 1, 1, 2, 3]);
    expect(countGroups(groups)).toBe(4);
  });

  it("joins at a Jaccard of exactly 0.8 and not below", () => {
    expect(nearDuplicateGroups(["a b c d", "a b c d e"])).toEqual([0, 0]);
    expect(nearDuplicateGroups(["a b c d e f g", "a b c d e x"])).toEqual([0, 1]);
  });

  it("finds the same groups as comparing all pairs", () => {
    const text = fc.array(fc.constantFrom(..."abcdefghij"), { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 25 }), (texts) => {
        expect(nearDuplicateGroups(texts)).toEqual(groupsByBruteForce(texts));
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it("groups 20,000 texts", () => {
    const uniform = random(5, "texts");
    const word = () => `w${String.fromCharCode(97 + 26 * uniform() ** 2, 97 + 26 * uniform(), 97 + 26 * uniform())}`;
    const texts = Array.from({ length: 10_000 }, () => Array.from({ length: 20 }, word).join(" "));
    const groups = nearDuplicateGroups([...texts, ...texts.map((text) => `${text} extra`)]);
    expect(countGroups(groups)).toBe(10_000);
    expect(groups.slice(10_000)).toEqual(groups.slice(0, 10_000));
  });

  it("says how far it is, in both halves of its work", () => {
    const uniform = random(7, "told");
    const word = () => `w${String.fromCharCode(97 + 26 * uniform(), 97 + 26 * uniform(), 97 + 26 * uniform())}`;
    const texts = Array.from({ length: 2000 }, () => Array.from({ length: 12 }, word).join(" "));
    const shares: number[] = [];
    nearDuplicateGroups(texts, (share) => shares.push(share));
    expect(shares).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]);
  });

  it("compares 40,000 lines of the same few words once, however they are ordered", () => {
    const uniform = random(6, "lines");
    const lines = Array.from({ length: 40_000 }, () => {
      const words = Array.from({ length: 24 }, () => "abcdefgh"[Math.floor(8 * uniform())]).join(" ");
      return `${words} ${uniform() < 0.5 ? "opened by the first user" : "closed after a long while there"}`;
    });
    const groups = nearDuplicateGroups(lines);
    const kinds = new Map(lines.map((line, index) => [line.includes("opened"), groups[index]]));
    expect(countGroups(groups)).toBe(2);
    expect(new Set(lines.map((line, index) => groups[index] === kinds.get(line.includes("opened"))))).toEqual(new Set([true]));
  });
});

/** The definition, pair by pair, with groups spread until nothing changes. */
function groupsByBruteForce(texts: readonly string[]): number[] {
  const sets = texts.map((text) => new Set(text.split(" ")));
  const label = texts.map((_, index) => index);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, a] of sets.entries()) {
      for (const [j, b] of sets.entries()) {
        const shared = [...a].filter((word) => b.has(word)).length;
        if (shared / (a.size + b.size - shared) < 0.8 || label[i] === label[j]) continue;
        label[i] = label[j] = Math.min(label[i] ?? 0, label[j] ?? 0);
        changed = true;
      }
    }
  }
  const order = [...new Set(label)];
  return label.map((root) => order.indexOf(root));
}
