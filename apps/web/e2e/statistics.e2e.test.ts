/** What all rows are like, before anything is trained: from the form over three real tabs to the next form. */
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { expect, it, onTestFinished } from "vitest";
import { join, type Participant } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { startStage } from "./support/stage.ts";
import { occurrences, recordWire } from "./support/wire.ts";

const DEADLINE_MS = 120_000;
const NAMES = ["anna", "bram", "chen"];
const scenario = logsScenario({ clients: NAMES.length, seed: 11, rowsPerClient: 60 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];

/** Asks in the form what rows are like, and creates the federation; the invite link. */
async function createAsking(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/new`);
  await page.getByRole("textbox", { name: "Name" }).fill("ward notes");
  await page.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
  await page.getByRole("radio", { name: "Secure sum" }).check();
  await page.getByRole("combobox", { name: "Before training, told as one secure sum" }).selectOption("pause");
  const method = page.getByRole("combobox", { name: "Method" });
  await method.selectOption("fedprox/standard");
  // What whoever creates it can say of the clients proposes something, and changes nothing before it is taken.
  await page.getByRole("combobox", { name: "How alike is the data of the clients?" }).selectOption("alike");
  await page.getByText("0.043 ± 0.018 over learning alone on Banking77").waitFor();
  expect(await method.inputValue()).toBe("fedprox/standard");
  await page.getByRole("button", { name: "Choose this" }).click();
  expect(await method.inputValue()).toBe("fedavg-finish/standard");
  await method.selectOption("fedavg/standard");
  await page.getByRole("textbox", { name: "Rounds" }).fill("1");
  await page.getByText("Steps, protection, size of uploads").click();
  await page.getByRole("textbox", { name: "Steps per round" }).fill("4");
  await page.getByRole("button", { name: "Create federation" }).click();
  await page.getByRole("heading", { name: "Your federation is ready" }).waitFor();
  return page.getByRole("textbox", { name: "Invite link" }).inputValue();
}

it("three tabs see what all rows are like and how unlike the rest each is; the organiser goes on from there, or creates it again", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  const organiser = await stage.browser.newPage();
  organiser.setDefaultTimeout(DEADLINE_MS);
  const inviteUrl = await createAsking(organiser, stage.url);
  const lobby = organiser.url();
  await organiser.getByRole("link", { name: "Open the dashboard" }).click();
  const shown = organiser.getByRole("region", { name: "What the rows are like" });
  await shown.getByText("Before the first round the clients sum").waitFor();

  const tabs: Participant[] = [];
  for (const [index, name] of NAMES.entries()) {
    const file = await stage.writeRows(name, scenario.clients[index]?.rows ?? []);
    const data = { name, file, input: "input", answer: "answer" };
    tabs.push(await join(stage.browser, inviteUrl, data, { deadlineMs: DEADLINE_MS }));
  }
  // Nothing is trained before the organiser has seen it.
  await shown.getByText(/\d+ rows of 3 clients/).waitFor();
  for (const label of labels) expect(await shown.getByText(label, { exact: true }).count()).toBe(1);
  await shown.getByText("Unlikeness of the clients' labels").waitFor();
  const status = organiser.getByRole("status", { name: "Federation status" });
  await status.getByText("Paused").first().waitFor();
  expect(await organiser.getByText("Round 1 of 1: counted").count()).toBe(0);
  expect(await problemsOf(organiser)).toEqual([]);

  // Each tab finds by itself how unlike the rest it is, and what left it says what it was made from.
  for (const { page } of tabs) {
    const own = page.getByRole("region", { name: "Your rows beside the rest" });
    await own.getByText(/You have \d+ training rows, the others \d+ together/).waitFor();
    await own.getByText(/Your labels differ from theirs by 0\.\d\d/).waitFor();
  }
  const [anna] = tabs.map(({ page }) => page) as [Page];
  await anna.getByRole("button", { name: "Look inside" }).click();
  const sent = anna.getByRole("dialog", { name: "What left this tab" });
  await sent
    .getByText(/how many of your \d+ training rows have each label and each length/)
    .first()
    .waitFor();
  await anna.keyboard.press("Escape");

  // The organiser may create it again with what is proposed.
  await shown.getByRole("button", { name: "Create again with these settings" }).click();
  expect(await organiser.getByRole("textbox", { name: "Name" }).inputValue()).toBe("ward notes");
  expect(await organiser.getByRole("textbox", { name: "Labels" }).inputValue()).toBe(labels.join("\n"));
  expect(await organiser.getByRole("radio", { name: "Secure sum" }).isChecked()).toBe(true);
  expect(await organiser.getByRole("combobox", { name: "Method" }).inputValue()).toBe("fedavg-finish/standard");
  await organiser.goto(lobby);
  await shown.getByText(/\d+ rows of 3 clients/).waitFor();
  await organiser.getByRole("button", { name: "Let it go on" }).click();
  for (const { page } of tabs) await page.getByRole("status", { name: "Federation status" }).getByText("Finished").waitFor();
  await Promise.all(tabs.map(({ context }) => context.close()));
});

it("files with rows of each client fill in the labels and propose a method, and nothing of them is sent", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const wire = recordWire(page);
  await page.goto(`${stage.url}/new`);
  const file = (name: string) => {
    const rows = Array.from({ length: 40 }, (_, k) => `canary ${name} says number ${k},${k % 2 ? "calm" : "alarm"}`);
    return { name: `${name}.csv`, mimeType: "text/csv", buffer: Buffer.from(["text,label", ...rows].join("\n")) };
  };
  await page.getByLabel("Files of the clients").setInputFiles([file("north"), file("south")]);
  await page.getByText("2 files with 80 rows of these labels: unlikeness 0.00").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  expect((await page.getByRole("textbox", { name: "Labels" }).inputValue()).split("\n").sort()).toEqual(["alarm", "calm"]);
  expect(await page.getByRole("combobox", { name: "How alike is the data of the clients?" }).inputValue()).toBe("alike");
  await page.getByRole("button", { name: "Choose this" }).click();
  expect(await page.getByRole("combobox", { name: "Method" }).inputValue()).toBe("fedavg-finish/standard");
  expect(occurrences(wire, ["session:hello"])).toBeGreaterThan(0);
  expect(occurrences(wire, ["canary"])).toBe(0);
});
