/** Adapters out of a finished federation as files of PEFT, and into the next one. */
import { readFile } from "node:fs/promises";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import type { Row } from "@duet/lora-core/data/row";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { strFromU8, unzipSync } from "fflate";
import type { Download, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFreshDatabase } from "../../../tools/testing/freshDatabase.ts";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 240_000;
const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 40 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({}, await createFreshDatabase());
});
afterAll(() => stage?.close());

async function alone(overrides: Partial<Parameters<typeof defaultFederation>[0]>): Promise<FederationConfig> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const small = { rounds: 1, localSteps: 3, innerSteps: 2, minClients: 1, training: { batchSize: 4, maxTokens: 24 } };
  return defaultFederation({ name: "Night shift", model, task: scenario.task, method: DEMO_METHOD, ...small, ...overrides });
}

/** One tab's whole federation, until it is finished. */
async function finish(
  config: FederationConfig,
  { adapter, rows = scenario.clients[0]?.rows ?? [] }: { readonly adapter?: string; readonly rows?: readonly Row[] } = {},
) {
  const federation = await stage.open(config);
  const file = await stage.writeRows("rows", rows);
  const data = { name: "nadia", file, input: "input", answer: "answer", ...(adapter === undefined ? {} : { adapter }) };
  const { page, context } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS });
  const { clients } = await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  return { page, context, metrics: clients[0]?.history.at(-1)?.metrics };
}

async function downloadOf(page: Page, button: string): Promise<{ path: string; download: Download; archive: Uint8Array }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  const path = await download.path();
  return { path, download, archive: new Uint8Array(await readFile(path)) };
}

const tensorsIn = (archive: Uint8Array, config: FederationConfig) =>
  readPeftAdapter(readAdapterArchive([{ name: "a.zip", bytes: archive }]), federationBase(config.model)).tensors;

/** All values of an adapter, in layout order. */
const valuesOf = (archive: Uint8Array, config: FederationConfig): number[] =>
  [...tensorsIn(archive, config).values()].flatMap(({ data }) => [...data]);

const apart = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

const recognised = (page: Page) => page.getByRole("list", { name: "Recognisable rows" }).getByRole("listitem");

it("how recognisable one's rows are is measured at the end by itself, of what was sent too, and stands beside every download", async () => {
  const rows = logsScenario({ clients: 1, seed: 8, rowsPerClient: 160 }).clients[0]?.rows ?? [];
  const config = await alone({ localSteps: 40, innerSteps: 20 });
  const { page, context } = await finish(config, { rows });
  const figure = /(well|somewhat|hardly) recognisable|not to be told with so few rows/;
  const measured = ["update that you sent last", "personal adapter", "shared adapter", "fused adapter"].map((name) =>
    expect.stringMatching(
      new RegExp(`In the ${name}: (${figure.source})[^]*in \\d+ % of cases \\(95 %: \\d+ % to \\d+ %; guessing: 50 %\\)\\.`),
    ),
  );
  await expect.poll(() => recognised(page).allInnerTexts(), { timeout: 120_000 }).toEqual(measured);
  const [sent] = await recognised(page).allInnerTexts();
  expect(sent).toContain("The coordinator had this update by itself");
  const beside = page.getByRole("region", { name: "Your adapters" }).getByText(/^Your rows in it:/);
  expect(await beside.allInnerTexts()).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(figure)));
  const useIt = page.getByRole("region", { name: "Use it" }).getByText(/^Your rows in the \w+ adapter:/);
  expect(await useIt.textContent()).toMatch(figure);
  expect(await problemsOf(page)).toEqual([]);

  // Of what was sent the figure survives a reload, as what was sent is kept.
  await page.reload();
  await expect.poll(() => recognised(page).allInnerTexts(), { timeout: 120_000 }).toEqual(measured);
  expect((await recognised(page).allInnerTexts())[0]).toBe(sent);
  await context.close();
});

it("adapters are downloaded from a finished federation, and the next one continues from one", async () => {
  const config = await alone({});
  const { page, context, metrics } = await finish(config);
  const personal = await downloadOf(page, "Export the personal adapter");
  const shared = await downloadOf(page, "Export the shared adapter");
  const fused = await downloadOf(page, "Export the fused adapter");
  expect(fused.download.suggestedFilename()).toBe("night-shift-fused.zip");
  // Forty rows: 12 of them only test, too few for a figure.
  const few = Array.from({ length: 4 }, () => expect.stringContaining("too few rows to tell"));
  await expect.poll(() => recognised(page).allInnerTexts(), { timeout: 60_000 }).toEqual(few);

  const layout = adapterLayout(federationBase(config.model).linears, config.adapter);
  const shapes = [...tensorsIn(fused.archive, config)].map(([key, { shape }]) => ({ key, shape: [...shape] }));
  expect(shapes).toEqual(layout.map(({ key, shape }) => ({ key, shape: [...shape] })));
  const { personal: w1 = 0, shared: w2 = 0 } = metrics?.fusion ?? {};
  const s = valuesOf(shared.archive, config);
  const merged = valuesOf(personal.archive, config).map((value, i) => w1 * value + w2 * (s[i] ?? 0));
  expect(apart(valuesOf(fused.archive, config), merged)).toBeLessThan(1e-6);
  expect(strFromU8(unzipSync(fused.archive)["README.md"] ?? new Uint8Array())).toContain(`A = ${w1} A_personal + ${w2} A_shared`);

  // What the coordinator kept of the last round is what this tab received when it fused.
  const kept = await downloadOf(page, "Export the shared adapter of this round");
  expect(kept.download.suggestedFilename()).toBe("night-shift-shared-round-1.zip");
  expect(valuesOf(kept.archive, config)).toEqual(s);

  // With a learning rate this small the personal adapter stays where it started.
  const next = await alone({ method: "local", name: "Day shift", training: { batchSize: 4, maxTokens: 24, learningRate: 1e-9 } });
  const imported = `${personal.path}.zip`;
  await personal.download.saveAs(imported);
  const second = await finish(next, { adapter: imported });
  const after = await downloadOf(second.page, "Export the personal adapter");
  const start = valuesOf(personal.archive, config);
  expect(apart(valuesOf(after.archive, next), start)).toBeLessThan(1e-6);
  const seeded = new Float32Array(encodeAdapter(initialAdapter(layout, next.seed), layout).slice().buffer);
  expect(apart([...seeded], start)).toBeGreaterThan(1e-3);
  await Promise.all([context.close(), second.context.close()]);
});

it("a client that was removed is told so and keeps its adapters, also over a reload", async () => {
  const config = await alone({ rounds: 100 });
  const federation = await stage.open(config);
  const file = await stage.writeRows("removed", scenario.clients[0]?.rows ?? []);
  const data = { name: "nadia", file, input: "input", answer: "answer" };
  const { page, context } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS });
  const { clients } = await federation.until("a round of it", (seen) => (seen.clients[0]?.history.length ?? 0) > 1);
  const action = { kind: "remove" as const, clientId: clients[0]?.id ?? "" };
  const { federationId, organiserKey } = federation;
  await stage.organiser.request("federation:control", { federationId, organiserKey, action });

  const notice = page.getByRole("alert").getByText("The organiser removed this client");
  await notice.waitFor();
  const before = valuesOf((await downloadOf(page, "Export the shared adapter")).archive, config);
  await page.reload();
  await notice.waitFor();
  const after = valuesOf((await downloadOf(page, "Export the shared adapter")).archive, config);
  expect(apart(after, before)).toBe(0);
  expect(Math.max(...after)).toBeGreaterThan(0);
  // It sees no more of the federation than it last did, and nothing offers it to train.
  expect(await page.getByRole("button", { name: "Leave the federation" }).count()).toBe(0);
  expect(await problemsOf(page)).toEqual([]);
  await context.close();
});
