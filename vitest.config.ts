import { defineConfig } from "vitest/config";
import { playwright } from "@vitest/browser-playwright";
import { chromiumLaunch } from "./tools/chromium.ts";

const node = { environment: "node" as const, testTimeout: 120_000, hookTimeout: 120_000 };

/** unit: pure and wasm/cpu numerics in Node. integration: real sockets, files, processes. browser: real Chromium with WebGPU. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["{packages,apps,tools}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", "**/*.{browser,integration,e2e}.test.*"],
        },
      },
      {
        test: {
          ...node,
          name: "integration",
          include: ["{packages,apps,tools}/**/*.integration.test.ts"],
          fileParallelism: false,
        },
      },
      { test: { ...node, name: "e2e", include: ["apps/**/*.e2e.test.ts"], fileParallelism: false, testTimeout: 300_000 } },
      {
        server: { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } },
        test: {
          name: "browser",
          include: ["{packages,apps}/**/*.browser.test.ts"],
          testTimeout: 300_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
