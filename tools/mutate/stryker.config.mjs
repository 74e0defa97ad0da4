/**
 * `npm run mutate`: the pure parts that decide a method's result are changed in every small way there is, one at a time, and the tests have to
 * notice. What was run before and did not change since is not run again. docs/testing.md says what it covers; `npm run mutate -- --mutate
 * "packages/lora-core/src/rounds/*.ts"` looks at other parts.
 */
export default {
  testRunner: "vitest",
  vitest: { configFile: "tools/mutate/vitest.config.ts" },
  mutate: [
    "packages/lora-core/src/fusion/*.ts",
    "packages/lora-core/src/schedule/*.ts",
    ...["contributions", "ditto", "fdLora", "fedAvg", "fedAvgFinish", "local", "outerOptimizer", "plans"].map(
      (name) => `packages/lora-core/src/strategies/${name}.ts`,
    ),
    "!**/*.test.ts",
  ],
  ignorePatterns: ["dist", "docs", "models", "clients", ".cache", "out"],
  coverageAnalysis: "perTest",
  incremental: true,
  incrementalFile: ".cache/mutate/incremental.json",
  tempDirName: ".cache/mutate/sandbox",
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: ".cache/mutate/report.json" },
  concurrency: 1,
  // A busy machine is no endless loop.
  timeoutMS: 30_000,
  thresholds: { high: 95, low: 85, break: 85 },
};
