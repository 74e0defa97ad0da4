/** The report of an organiser to whom one client told its figures, and another told them to everybody: what it holds by itself, and by choice. */
import { readFile } from "node:fs/promises";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 2, seed: 3, rowsPerClient: 60 });
const DEADLINE_MS = 100_000;

let stage: Stage;
let page: Page;
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const choices = { model, task: scenario.task, rounds: 1, localSteps: 2, innerSteps: 1 };
  const federation = await stage.open(defaultFederation({ ...choices, name: "ward notes", minClients: 2 }));
  const told = [
    { name: "anna", figures: "The organiser" },
    { name: "bram", figures: "Everybody" },
  ] as const;
  for (const [k, { name, figures }] of told.entries()) {
    const file = await stage.writeRows(name, scenario.clients[k]?.rows ?? []);
    const data = { name, file, input: "input", answer: "answer" };
    await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS, figures });
  }
  await federation.until("the end", ({ phase }) => phase === "finished");
  page = await stage.browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(`${stage.url}/organise/${federation.federationId}#${federation.organiserKey}`);
});
afterAll(() => stage?.close());

/** The cells of a client in the table of accuracies, and whether charts are in it. */
async function reported(): Promise<{ readonly anna: string; readonly bram: string; readonly charts: boolean }> {
  const press = page.getByRole("region", { name: "Report" }).getByRole("button", { name: "Report", exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), press]);
  const html = await readFile(await download.path(), "utf8");
  const row = (name: string) => new RegExp(`<td>${name}</td><td>(.*?)</td>`).exec(html)?.[1] ?? "";
  return { anna: row("anna"), bram: row("bram"), charts: html.includes("<figure>") };
}

it("leaves out what was told to the organiser alone, and the charts that show it, until the organiser chooses otherwise", async () => {
  expect(await reported()).toEqual({ anna: "–", bram: expect.stringMatching(/^0\.\d\d$/), charts: false });
  await page.getByRole("checkbox", { name: "Also what anna told the organiser alone: accuracies, fusion weights" }).check();
  const whole = { anna: expect.stringMatching(/^0\.\d\d$/), bram: expect.stringMatching(/^0\.\d\d$/), charts: true };
  expect(await reported()).toEqual(whole);
});
