import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type DemoOptions, parseOptions } from "./options.ts";
import { hasPython } from "./programs.ts";
import { runDemo } from "./runDemo.ts";

/** Two tabs, a program in Node, and two processes of a torchrun where the Python client is installed. */
const kinds = hasPython() ? ["tab", "tab", "node", "cluster"] : ["tab", "tab", "node"];
const QUICK = ["--backend", "wasm", "--rounds", "1", "--inner-steps", "4", "--local-steps", "4", "--max-rows", "240"];

test(`${kinds.join(", ")} are one federation by one command, and the report has each with its kind and accuracies`, async () => {
  const screenshots = mkdtempSync(join(tmpdir(), "duet-mixed-"));
  onTestFinished(() => rmSync(screenshots, { recursive: true, force: true }));
  const options = parseOptions(["--clients", "tab,tab,node,cluster", "--screenshots", screenshots, ...QUICK]) as DemoOptions;
  const { clients, federation, rounds } = await runDemo(options);
  expect(federation.ended).toBe("finished");
  expect(clients.map(({ kind }) => kind).sort()).toEqual(kinds.toSorted());
  for (const { name, accuracy, trainTokens } of clients) {
    expect(accuracy.personal, name).toBeGreaterThan(0);
    expect(accuracy.fused, name).toBeGreaterThan(0);
    expect(trainTokens, name).toBeGreaterThan(0);
  }
  expect(rounds[0]?.aggregated).toHaveLength(kinds.length);
});
