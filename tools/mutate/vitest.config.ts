import { defineConfig } from "vitest/config";

const SOURCES = "packages/lora-core/src";
/** Slow, and of files that are not changed. */
const OTHERS = ["sentUpdate", "updateGuard", "updateSketch", "uploadCodec"];

/** The tests of what `npm run mutate` changes, in Node. */
export default defineConfig({
  test: {
    environment: "node",
    include: [`${SOURCES}/{fusion,schedule,strategies}/*.test.ts`],
    exclude: OTHERS.map((name) => `${SOURCES}/strategies/${name}.test.ts`),
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
