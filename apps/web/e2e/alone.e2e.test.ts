/** The default method with its comparison: what learning alone would have made is told to who takes part, to who looks on, and on the front page. */
import { readFile } from "node:fs/promises";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import type { Row } from "@duet/lora-core/data/row";
import { readFittingAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAdapterArchive } from "../src/adapters/adapterArchive.ts";
import { join } from "./support/participant.ts";
import { answerFile } from "./support/playground.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 2, seed: 3, rowsPerClient: 60 });
const DEADLINE_MS = 100_000;
/** What the method made and does best, or what it serves where the base does better. */
const METHODS_OWN = /^Export (personal|shared|fused)$/;
const GAIN = /[+−]\d\.\d\d( ± \d\.\d\d)? over learning alone/;

let stage: Stage;
let federation: OpenFederation;
let anna: Page;
beforeAll(async () => {
  stage = await startStage();
  const rows = scenario.clients.map((client) => client.rows);
  ({ federation, first: anna } = await finished({ name: "ward notes", innerSteps: 3 }, rows));
});
afterAll(() => stage?.close());

/** A federation of anna and bram to its end, and anna's page. */
async function finished(chosen: Partial<FederationChoices>, rows: readonly (readonly Row[])[]) {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const config = defaultFederation({ name: "", model, task: scenario.task, rounds: 2, alone: true, minClients: 2, ...chosen });
  const opened = await stage.open(config);
  const pages: Page[] = [];
  for (const [k, name] of ["anna", "bram"].entries()) {
    const file = await stage.writeRows(`${config.name} ${name}`, rows[k] ?? []);
    const data = { name, file, input: "input", answer: "answer" };
    pages.push((await join(stage.browser, opened.inviteUrl, data, { deadlineMs: DEADLINE_MS })).page);
  }
  await opened.until("the end", ({ phase }) => phase === "finished");
  const [first] = pages as [Page];
  return { federation: opened, first, config };
}

it("leads a participant's result with what was gained over learning alone, and judges by it", async () => {
  await anna.getByText(GAIN).first().waitFor({ timeout: DEADLINE_MS });
  await anna
    .getByRole("region", { name: "Verdict" })
    .getByText(/Learning alone got \d+/)
    .waitFor();
  const table = anna.getByRole("region", { name: "What every client serves" });
  await table.getByRole("columnheader", { name: "Alone", exact: true }).waitFor();
  await anna.getByText(/Against learning alone \d better, \d worse, \d undecided on so few rows\./).waitFor();
  await anna.getByRole("group", { name: "Line to show alone" }).getByRole("button", { name: "alone", exact: true }).waitFor();
  expect(await problemsOf(anna)).toEqual([]);
});

it("tells who looks on what every client gained over it", async () => {
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(federation.watchUrl);
  await page.getByText(GAIN).first().waitFor();
  await page.getByText(/Against learning alone \d better, \d worse, \d undecided on so few rows\./).waitFor();
  await page.getByRole("columnheader", { name: "Over alone" }).waitFor();
  await page.close();
});

it("is on the front page where the participant comes back", async () => {
  await anna.goto(stage.url);
  const card = anna.getByRole("article", { name: "ward notes" });
  await card.getByText(/of your \d+ test rows right: alone, with the federation/).waitFor();
  expect(await card.textContent()).toMatch(/\d\.\d\d → \d\.\d\d/);
});

it("offers what learned alone where that is told to be better, tries it and exports it first, and is taken back", async () => {
  const unlike = logsScenario({ clients: 2, seed: 4, rowsPerClient: 240 });
  const { labels } = unlike.task as Extract<typeof unlike.task, { kind: "label" }>;
  // Bram calls everything otherwise, and has three times as many rows: the mean is his.
  const otherwise = ({ answer, ...row }: Row): Row => ({
    ...row,
    answer: labels[(labels.indexOf(answer) + 1) % labels.length] as string,
  });
  const [few = [], many = []] = unlike.clients.map(({ rows }) => rows);
  const rows = [few.slice(0, 160), [...many, ...few.slice(160)].map(otherwise)];
  const method = { method: "fedavg", preset: "standard", rounds: 1, innerSteps: 30 };
  const { first: page, config } = await finished({ name: "unlike wards", ...method }, rows);
  const verdict = page.getByRole("region", { name: "Verdict" });
  const useIt = page.getByRole("region", { name: "Use it" });
  await verdict.getByText("then begin with it").waitFor({ timeout: DEADLINE_MS });
  await useIt.getByRole("button", { name: METHODS_OWN }).waitFor();
  await verdict.getByRole("button", { name: "Use what learned alone" }).click();
  await verdict.getByText("You use what learned alone").waitFor();
  expect(await problemsOf(page)).toEqual([]);

  // What is exported fits the federation, and is the one that its list has.
  const archive = async (button: ReturnType<Page["getByRole"]>) => {
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) };
  };
  const first = await archive(useIt.getByRole("button", { name: "Export what learned alone" }));
  expect(first.name).toBe("unlike-wards-alone.zip");
  const base = federationBase(config.model);
  const valuesOf = ({ bytes }: { readonly bytes: Uint8Array }) =>
    readFittingAdapter(readAdapterArchive([{ name: "adapter.zip", bytes }]), base, config.adapter);
  expect(valuesOf(first).byteLength).toBe(layoutBytes(adapterLayout(base.linears, config.adapter)));
  const own = page.getByRole("region", { name: "Your adapters" });
  const listed = await archive(own.getByRole("button", { name: "Export the alone adapter" }));
  const shared = await archive(own.getByRole("button", { name: "Export the shared adapter" }));
  expect(valuesOf(listed)).toEqual(valuesOf(first));
  expect(valuesOf(shared)).not.toEqual(valuesOf(first));

  // It is kept over a reload, and answers first.
  await page.reload();
  await verdict.getByText("You use what learned alone").waitFor();
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill(few[0]?.input ?? "");
  await page.getByRole("button", { name: "Ask all" }).click();
  const card = page.getByRole("region", { name: "alone", exact: true });
  await card.getByRole("list", { name: "Probabilities" }).waitFor();
  const order = await page.locator(".answers h3").allTextContents();
  expect(order).toEqual(["alone", "base", "personal", "shared", "fused"]);
  const asked = few.slice(0, 160);
  const file = await stage.writeRows("asked", asked);
  const panel = page.getByRole("region", { name: "Predict a file" });
  const right = async () => {
    const answers = await answerFile(page, file);
    return answers.filter((row, i) => Object.values(row).filter((cell) => cell === asked[i]?.answer).length > 1).length;
  };
  const withAlone = await right();
  expect(await panel.getByLabel("Predicted by").inputValue()).toBe("alone");
  expect(withAlone).toBeGreaterThan(0.6 * asked.length);

  // The method's own is one press away.
  await page.getByRole("link", { name: "Rounds", exact: true }).click();
  await verdict.getByRole("button", { name: "Use what the method serves" }).click();
  await useIt.getByRole("button", { name: METHODS_OWN }).waitFor();
});
