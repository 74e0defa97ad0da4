/** Several tabs that are one client: who closes, who leads then, and a program among them. */
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { deviceKind } from "@duet/lora-core/protocol/deviceKind";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../../tools/demo/programs.ts";
import { createFreshDatabase } from "../../../tools/testing/freshDatabase.ts";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { introduce, join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 60_000;
const scenario = logsScenario({ clients: 3, seed: 13, rowsPerClient: 60 });
/** Steps of a training in which members come and go: more than any of them takes in that time. */
const LONG = 160;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({}, await createFreshDatabase());
});
afterAll(() => stage?.close());

async function opened(choices: Partial<Parameters<typeof defaultFederation>[0]>) {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const small = { rounds: 1, localSteps: 4, innerSteps: 3, minClients: 2, training: { batchSize: 8, maxTokens: 32 } };
  return {
    model,
    federation: await stage.open(defaultFederation({ name: "team", model, task: scenario.task, ...small, ...choices })),
  };
}

const fileOf = (client: number) => stage.writeRows(`rows-${client}`, scenario.clients[client]?.rows ?? []);

const comer = async (name: string, client: number) => ({ name, file: await fileOf(client), input: "input", answer: "answer" });

const participant = async (name: string, client: number, { inviteUrl }: OpenFederation) =>
  join(stage.browser, inviteUrl, await comer(name, client), { deadlineMs: DEADLINE_MS });

const teamOf = (page: Page) => page.getByRole("region", { name: "My team" });
const membersOf = (page: Page) => teamOf(page).getByRole("list", { name: "Members of this team" }).getByRole("listitem");

/** Of the long training, as a page's list of members says it. */
async function stepOf(page: Page): Promise<number> {
  const words = await membersOf(page).allInnerTexts();
  return Math.max(0, ...words.map((text) => Number(/step (\d+) of/.exec(text)?.[1] ?? 0)));
}

/** Makes a client that waits for others a team; its link. */
async function foundTeam(page: Page, { every = 1, tellsSize = false } = {}): Promise<string> {
  await page.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
  await page.getByText("Train as one client with other tabs or laptops").click();
  await page.getByRole("textbox", { name: "Steps between two averagings" }).fill(String(every));
  if (tellsSize) await page.getByRole("checkbox", { name: "Tell the others how many members there are" }).check();
  await page.getByRole("button", { name: "Make this tab a team" }).click();
  await teamOf(page).getByText("Add a member").click();
  return teamOf(page).getByRole("textbox", { name: "Team link" }).inputValue();
}

/** As on a device of its own. */
async function help(link: string, name: string, client: number): Promise<Page> {
  const context = await stage.browser.newContext();
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  await page.goto(link);
  await introduce(page, await comer(name, client));
  await page.getByRole("button", { name: "Help the team" }).click();
  await membersOf(page)
    .filter({ hasText: `${name} (this tab)` })
    .waitFor();
  return page;
}

/** The tensors of the shared adapter that a tab hands out. */
async function sharedOf(page: Page, model: BaseModel) {
  const save = page.getByRole("button", { name: "Export the shared adapter", exact: true });
  const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
  const bytes = new Uint8Array(await readFile(await download.path()));
  return readPeftAdapter(readAdapterArchive([{ name: "a.zip", bytes }]), federationBase(model)).tensors;
}

it("two tabs are one client beside a third, and both end with the same adapters", async () => {
  const { federation, model } = await opened({ minClients: 2 });
  const { page: leader } = await participant("anna", 0, federation);
  const link = await foundTeam(leader, { tellsSize: true });
  expect(new URL(link).pathname).toBe(`/team/${federation.federationId}`);
  const door = await stage.browser.newPage();
  await door.goto(link);
  await door.getByRole("textbox", { name: "Your name" }).waitFor();
  expect(await problemsOf(door)).toEqual([]);
  await door.close();
  const member = await help(link, "bram", 1);
  await expect.poll(() => membersOf(leader).count()).toBe(2);
  for (const page of [leader, member]) expect(await problemsOf(page)).toEqual([]);
  expect(await membersOf(member).filter({ hasText: "anna" }).getByText("leads").count()).toBe(1);
  const { page: other } = await participant("chen", 2, federation);
  const { clients, phase } = await federation.until("the end", ({ endedAt }) => endedAt !== null, DEADLINE_MS);
  expect(phase).toBe("finished");
  const anna = clients.find(({ name }) => name === "anna");
  const chen = clients.find(({ name }) => name === "chen");
  expect(clients).toHaveLength(2);
  expect(deviceKind(anna?.device ?? null)).toBe("cluster");
  expect(anna?.device?.description).toMatch(/^Cluster of 2: /);
  expect(anna?.samples.train).toBe(2 * (chen?.samples.train ?? Number.NaN));
  // The third one is told that it is a cluster of two, and not who is in it.
  await other
    .getByText(/Cluster of 2/)
    .first()
    .waitFor();
  expect(await other.getByText("bram").count()).toBe(0);
  await member.getByText("The team has finished").waitFor();
  expect(await problemsOf(member)).toEqual([]);
  const [first, second] = [await sharedOf(leader, model), await sharedOf(member, model)];
  expect(first.size).toBeGreaterThan(0);
  expect(second).toEqual(first);
  await Promise.all([leader, member, other].map((page) => page.context().close()));
});

it("the leader closes, another tab leads, and a program comes in the middle: one client, whose training is not begun anew", async () => {
  const { federation, model } = await opened({ innerSteps: LONG, minClients: 3 });
  const { federationId, organiserKey } = federation;
  const { page: first } = await participant("anna", 0, federation);
  const link = await foundTeam(first, { every: 5 });
  const second = await help(link, "bram", 1);
  await expect.poll(() => membersOf(first).count()).toBe(2);
  const [before] = (await federation.until("to wait", ({ clients }) => clients.length === 1)).clients;
  await stage.organiser.request("federation:control", { federationId, organiserKey, action: { kind: "start" } });
  await expect.poll(() => stepOf(second), { timeout: DEADLINE_MS }).toBeGreaterThan(0);
  await first.context().close();
  const left = await stepOf(second);
  // Its page is the client's now, which goes on in the same training.
  await second.waitForURL(/\/federation\//);
  await second.getByRole("region", { name: "My tab" }).waitFor();
  await expect.poll(() => stepOf(second), { timeout: DEADLINE_MS }).toBeGreaterThan(left);
  expect(await membersOf(second).filter({ hasText: "bram (this tab)" }).getByText("leads").count()).toBe(1);

  const folder = path(stage.dataDir, "program");
  const rows = { file: await fileOf(2), input: "input", answer: "answer" };
  const program = startProgram("node", link, { name: "cara", ...rows, folder, figures: undefined });
  await membersOf(second)
    .filter({ hasText: /cara.*step \d+ of/s })
    .waitFor();
  await program.ended;
  const { clients, phase } = await federation.until("the end", ({ endedAt }) => endedAt !== null, DEADLINE_MS);
  expect(phase).toBe("finished");
  expect(clients.map(({ id, name }) => [id, name])).toEqual([[before?.id, "anna"]]);
  const theirs = await readFolder(path(folder, "adapters-cara", "shared"), model);
  expect(await sharedOf(second, model)).toEqual(theirs);
  await second.context().close();
});

it("a member reloads and is one again with the rows that it had; the leader reloads and comes back as a member, in the same training", async () => {
  const { federation, model } = await opened({ method: "fedavg", innerSteps: LONG / 2, minClients: 3 });
  const { federationId, organiserKey } = federation;
  const { page: first } = await participant("anna", 0, federation);
  const link = await foundTeam(first, { every: 5 });
  const second = await help(link, "bram", 1);
  await expect.poll(() => membersOf(first).count()).toBe(2);
  const [before] = (await federation.until("to wait", ({ clients }) => clients.length === 1)).clients;
  const isBack = (page: Page, name: string) =>
    membersOf(page)
      .filter({ hasText: `${name} (this tab)` })
      .waitFor();

  await second.reload();
  await isBack(second, "bram");
  await expect.poll(() => membersOf(first).filter({ hasText: "bram" }).count()).toBe(1);

  await stage.organiser.request("federation:control", { federationId, organiserKey, action: { kind: "start" } });
  await membersOf(second)
    .filter({ hasText: /bram.*step [1-9]\d* of/s })
    .waitFor();
  const left = await stepOf(second);
  await first.reload();
  await second.waitForURL(/\/federation\//);
  await first.waitForURL(/\/team\//);
  await isBack(first, "anna");
  expect(await membersOf(first).filter({ hasText: "bram" }).getByText("leads").count()).toBe(1);
  await membersOf(second)
    .filter({ hasText: /anna.*step \d+ of/s })
    .waitFor();
  expect(await stepOf(first)).toBeGreaterThan(left);
  const { clients, phase } = await federation.until("the end", ({ endedAt }) => endedAt !== null, 2 * DEADLINE_MS);
  expect(phase).toBe("finished");
  expect(clients.map(({ id, name }) => [id, name])).toEqual([[before?.id, "anna"]]);
  await first.getByText("The team has finished").waitFor();
  expect(await sharedOf(first, model)).toEqual(await sharedOf(second, model));
  await Promise.all([first, second].map((page) => page.context().close()));
});

async function readFolder(folder: string, model: BaseModel) {
  const [config, weights] = await Promise.all(
    ["adapter_config.json", "adapter_model.safetensors"].map((name) => readFile(path(folder, name))),
  );
  if (!config || !weights) throw new Error(`There is no adapter in ${folder}`);
  const files = { "adapter_config.json": config.toString("utf8"), "adapter_model.safetensors": weights };
  return readPeftAdapter(files, federationBase(model)).tensors;
}
