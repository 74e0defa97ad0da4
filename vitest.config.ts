import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunch } from "./tools/chromium.ts";
import { findPostgres } from "./tools/postgres.ts";

const node = { environment: "node" as const, testTimeout: 120_000, hookTimeout: 120_000 };

/** The tests of WebGPU in Node, on whatever GPU is there: `DUET_GPU=1 npm test -- --project gpu`. */
const gpu = {
  test: {
    ...node,
    name: "gpu",
    include: [
      "packages/lora-engine/src/**/{ops,compute,subgroups,tiles,halves,matrixWindow,startDevice,product,packedProduct,optim,encoder,causalLm,gradients,dispatches,webgpu}.browser.test.ts",
    ],
    setupFiles: ["packages/lora-engine/src/backends/testing/nodeWebgpu.setup.ts"],
    testTimeout: 300_000,
    fileParallelism: false,
    sequence: { groupOrder: 4 },
  },
};

/** Tests of whole programs mostly wait; more of them at once would wait for a core. */
const PROGRAMS_AT_ONCE = 2;

const hasPostgres = findPostgres() !== null;

/** On a real PostgreSQL, where one is installed. */
const onPostgres = { ...node, globalSetup: ["tools/testing/postgres.setup.ts"], testTimeout: 300_000 };

/** What concerns storage, once more. */
const postgres = {
  test: {
    ...onPostgres,
    name: "postgres",
    include: [
      "apps/coordinator/test/{creation,damage,figures,initialAdapter,kill,links,membership,methods,nodes,nodeVersions,operations,ownership,pythonNodes,readiness,recovery,repair,retention,rounds,secureSum,secureSumNodes,storedFormats,transfers}.integration.test.ts",
    ],
    maxWorkers: PROGRAMS_AT_ONCE,
    sequence: { groupOrder: 5 },
  },
};

/** Journeys of people, there alone: all others are made on SQLite. */
const JOURNEYS = "apps/web/e2e/{adapters,federation,membership}.e2e.test.ts";
const postgresJourneys = {
  test: {
    ...onPostgres,
    name: "postgres-journeys",
    include: [JOURNEYS, "apps/web/e2e/canary.e2e.test.ts"],
    fileParallelism: false,
    sequence: { groupOrder: 6 },
  },
};

/** Projects run one after the other: what drives a browser shares the machine with nothing else. See docs/testing.md. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          setupFiles: ["apps/web/src/lib/testing/words.setup.ts"],
          include: ["{packages,apps,tools,research}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", "**/*.{browser,integration,e2e}.test.*"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...node,
          name: "integration",
          include: ["{packages,apps,tools,research}/**/*.integration.test.ts"],
          maxWorkers: PROGRAMS_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        server: { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } },
        test: {
          name: "browser",
          include: ["{packages,apps}/**/*.browser.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        test: {
          ...node,
          name: "e2e",
          include: ["{apps,tools}/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**", ...(hasPostgres ? [JOURNEYS] : [])],
          fileParallelism: false,
          testTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
      ...(hasPostgres ? [postgres, postgresJourneys] : []),
      ...(process.env.DUET_GPU ? [gpu] : []),
    ],
  },
});
