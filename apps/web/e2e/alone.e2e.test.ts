/** The default method with its comparison: what learning alone would have made is told to who takes part, to who looks on, and on the front page. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 2, seed: 3, rowsPerClient: 60 });
const DEADLINE_MS = 100_000;
const GAIN = /[+−]\d\.\d\d( ± \d\.\d\d)? over learning alone/;

let stage: Stage;
let federation: OpenFederation;
let anna: Page;
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const choices = { model, task: scenario.task, rounds: 2, innerSteps: 3, alone: true };
  federation = await stage.open(defaultFederation({ ...choices, name: "ward notes", minClients: 2 }));
  const pages: Page[] = [];
  for (const [k, name] of ["anna", "bram"].entries()) {
    const file = await stage.writeRows(name, scenario.clients[k]?.rows ?? []);
    const data = { name, file, input: "input", answer: "answer" };
    pages.push((await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS })).page);
  }
  await federation.until("the end", ({ phase }) => phase === "finished");
  [anna] = pages as [Page];
});
afterAll(() => stage?.close());

it("leads a participant's result with what was gained over learning alone, and judges by it", async () => {
  await anna.getByText(GAIN).first().waitFor({ timeout: DEADLINE_MS });
  await anna
    .getByRole("region", { name: "Verdict" })
    .getByText(/Learning alone got \d+/)
    .waitFor();
  const table = anna.getByRole("region", { name: "What every client serves" });
  await table.getByRole("columnheader", { name: "Alone", exact: true }).waitFor();
  await anna.getByText(/Against learning alone \d better, \d worse, \d not told on so few rows\./).waitFor();
  await anna.getByRole("group", { name: "Line to show alone" }).getByRole("button", { name: "alone", exact: true }).waitFor();
  expect(await problemsOf(anna)).toEqual([]);
});

it("tells who looks on what every client gained over it", async () => {
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(federation.watchUrl);
  await page.getByText(GAIN).first().waitFor();
  await page.getByText(/Against learning alone \d better, \d worse, \d not told on so few rows\./).waitFor();
  await page.getByRole("columnheader", { name: "Over alone" }).waitFor();
  await page.close();
});

it("is on the front page where the participant comes back", async () => {
  await anna.goto(stage.url);
  const card = anna.getByRole("article", { name: "ward notes" });
  await card.getByText(/of your \d+ test rows right: alone, with the federation/).waitFor();
  expect(await card.textContent()).toMatch(/\d\.\d\d → \d\.\d\d/);
});
