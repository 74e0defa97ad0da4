import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createSha256 } from "./sha256.ts";

test("chunks give the same digest as the whole, and as another implementation", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251);
  const hash = createSha256();
  for (const [from, to] of [
    [0, 1],
    [1, 64],
    [64, 1000],
  ] as const) {
    hash.update(bytes.subarray(from, to));
  }
  expect(hash.hex()).toBe(createHash("sha256").update(bytes).digest("hex"));
});
