import { chromium } from "playwright";
import { expect, onTestFinished, test } from "vitest";
import { startHeadless } from "../../apps/headless/test/support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "../../apps/headless/test/support/smallFederation.ts";
import { join } from "../../apps/web/e2e/support/participant.ts";
import { chromiumLaunch } from "../chromium.ts";
import { reportOf } from "./report.ts";

const DEADLINE_MS = 120_000;
const webDir = "dist/web";

async function joinByTab({ invite, files }: SmallFederation, index: number): Promise<void> {
  const browser = await chromium.launch(chromiumLaunch());
  onTestFinished(() => browser.close());
  const data = { name: "tab", file: files[index] ?? "", input: "text", answer: "level" };
  await join(browser, invite, data, { backend: "wasm", deadlineMs: DEADLINE_MS });
}

function joinByNode({ invite, files, folder }: SmallFederation, index: number) {
  const own = ["--name", `node ${index}`, "--state", `${folder}/state-${index}`, "--out", `${folder}/out-${index}`];
  return startHeadless(["join", invite, "--data", files[index] ?? "", "--input", "text", "--label", "level", ...own]);
}

const lastSnapshot = ({ organiser, federationId, watchToken }: SmallFederation) => organiser.watch(federationId, watchToken);
const untilFinished = (federation: SmallFederation) =>
  expect.poll(async () => (await lastSnapshot(federation)).phase, { timeout: DEADLINE_MS, interval: 500 }).toBe("finished");

test("a tab and two programs are one federation, and the report has all of them with their kind and accuracies", async () => {
  const federation = await smallFederation({}, { clients: 3, webDir });
  const programs = [joinByNode(federation, 0), joinByNode(federation, 1)];
  await joinByTab(federation, 2);
  expect(await Promise.all(programs.map(({ ended }) => ended)), programs.map(({ said }) => said.err).join("\n")).toEqual([0, 0]);
  await untilFinished(federation);
  const { clients } = reportOf(await lastSnapshot(federation));
  expect(clients.map(({ name, kind }) => `${name}: ${kind}`).sort()).toEqual(["node 0: node", "node 1: node", "tab: tab"]);
  for (const { accuracy, backend } of clients) {
    expect(accuracy.fused).toBeGreaterThan(0);
    expect(backend).toBe("wasm");
  }
});
