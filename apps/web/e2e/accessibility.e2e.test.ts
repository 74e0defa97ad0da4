/**
 * Every page in both colour schemes, on a desk and on a phone, as axe sees it: contrast of at least 4.5:1, names, headings, targets of
 * 24 px, what a keyboard reaches; and that nothing is wider than its page. And the title that tells where one is, and the focus, which
 * stays where one was and comes along to another page.
 */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });

let stage: Stage;
let waiting: OpenFederation;
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const choices = { model, task: scenario.task, rounds: 1, localSteps: 2, innerSteps: 1 };
  waiting = await stage.open(defaultFederation({ ...choices, name: "waits", minClients: 2 }));
});
afterAll(() => stage?.close());

/** Of a browser of its own. */
async function onPage(visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await stage.browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await visit(page);
  } finally {
    await context.close();
  }
}

const FILE = "text,level\n".concat(Array.from({ length: 60 }, (_, i) => `message number ${i} of a disk,wrong\n`).join(""));

it("the front page, with a link that is none", () =>
  onPage(async (page) => {
    await page.goto(stage.url);
    expect(await page.title()).toBe("Duet");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
    await page.getByRole("button", { name: "I have a link" }).click();
    await page.getByRole("textbox", { name: "Invite, watch or organiser link" }).fill(`${stage.url}/join/x#short`);
    await page.keyboard.press("Enter");
    await page.getByText(/cut off or mistyped/).waitFor();
    expect(await problemsOf(page)).toEqual([]);
  }));

it("another page begins at its top, with the focus; back leads to where one stood", () =>
  onPage(async (page) => {
    await page.setViewportSize({ width: 390, height: 500 });
    await page.goto(stage.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    const scrolled = () => page.evaluate(() => window.scrollY);
    expect(await focused()).toBe("BODY");
    await page.getByRole("link", { name: "Glossary" }).click();
    await page.getByRole("heading", { name: "Glossary" }).waitFor();
    await expect.poll(focused).toBe("MAIN");
    expect(await scrolled()).toBe(0);
    await page.goBack();
    await page.getByRole("button", { name: "I have a link" }).waitFor();
    await expect.poll(scrolled).toBeGreaterThan(100);
  }));

it("a new federation, with something missing", () =>
  onPage(async (page) => {
    await page.goto(`${stage.url}/new`);
    await page.getByRole("textbox", { name: "Name" }).waitFor();
    expect(await page.title()).toBe("New federation · Duet");
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Name" }).fill("x");
    await page.getByRole("textbox", { name: "Labels" }).fill("a\nb");
    await page.getByRole("button", { name: "Create federation", disabled: false }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Create federation" }).click();
    await page.getByRole("heading", { name: "Your federation is ready" }).waitFor();
    await page.getByRole("region", { name: "Who is here" }).waitFor();
    expect(await page.title()).toBe("Lobby: x · Duet");
    expect(await problemsOf(page)).toEqual([]);
  }));

it("joining: rows that do not fit, sample data by keyboard, the button that is ready", () =>
  onPage(async (page) => {
    await page.goto(waiting.inviteUrl);
    await page.getByRole("textbox", { name: "Your name" }).fill("anna");
    expect(await page.title()).toBe("Join: waits · Duet");
    expect(await problemsOf(page)).toEqual([]);
    await page.getByLabel("Data file").setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
    await page.getByRole("combobox", { name: "Answer column" }).selectOption("level");
    await page.getByRole("alert").waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Choose other data" }).click();
    const sample = page.getByRole("button", { name: "Use sample data" });
    await sample.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Join and train", disabled: false }).waitFor();
    const inPanel = await page.evaluate(() => document.activeElement?.closest("section")?.textContent ?? "the body");
    expect(inPanel).toContain("Connect your data");
    expect(await problemsOf(page)).toEqual([]);
  }));

it("what the organiser has: links, who comes in, the way back on the front page", () =>
  onPage(async (page) => {
    await page.goto(`${stage.url}/organise/${waiting.federationId}#${waiting.organiserKey}`);
    await page.getByRole("button", { name: "New link: invite link" }).waitFor();
    expect(await page.title()).toBe("Organise: waits · Duet");
    expect(await problemsOf(page)).toEqual([]);
    await page.goto(stage.url);
    await page.getByRole("link", { name: "Open waits" }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
  }));

it("watching, what the words mean, and links that lead nowhere", () =>
  onPage(async (page) => {
    await page.goto(`${stage.url}/glossary#round`);
    await page.getByRole("heading", { name: "Glossary" }).waitFor();
    expect(await page.title()).toBe("Glossary · Duet");
    expect(await problemsOf(page)).toEqual([]);
    await page.goto(waiting.watchUrl);
    await page.getByRole("heading", { name: "waits" }).waitFor();
    expect(await page.title()).toBe("Watch: waits · Duet");
    expect(await problemsOf(page)).toEqual([]);
    const { inviteUrl, watchUrl } = waiting;
    const cutOff = [watchUrl.slice(0, -20), watchUrl.slice(0, -3), inviteUrl.replace(/#.*/, "")];
    const ofOthers = [watchUrl.replace("watch", "organise"), inviteUrl.replace("join", "team").slice(0, -20)];
    for (const broken of [...cutOff, ...ofOthers]) {
      await page.goto("about:blank");
      await page.goto(broken);
      const said = await page.getByRole("alert").textContent();
      expect(said).toMatch(/link/);
      expect(said).not.toMatch(/Invalid|pattern|token:/);
      expect(await problemsOf(page)).toEqual([]);
    }
    for (const path of ["nowhere", "compare", "hub-signed-in"]) {
      await page.goto(`${stage.url}/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await problemsOf(page)).toEqual([]);
    }
  }));

it("a tab that trains", async () => {
  const { config } = await waiting.until("itself", () => true);
  const budgets = { ...config.budgets, inner: { unit: "steps" as const, amount: 2000 } };
  const long = await stage.open({ ...config, budgets, name: "trains", minClients: 1 });
  const file = await stage.writeRows("long", scenario.clients[0]?.rows ?? []);
  const data = { name: "anna", file, input: "input", answer: "answer" };
  const { page, context } = await join(stage.browser, long.inviteUrl, data, { deadlineMs: 60_000 });
  await page.getByRole("region", { name: "My tab" }).getByText("Training the shared adapter").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await long.until("that it trains still", ({ clients: [client] }) => client?.progress?.activity === "training");
  await context.close();
});

it("a finished federation: dashboard, what left the tab, playground", async () => {
  const { config } = await waiting.until("itself", () => true);
  const alone = await stage.open({ ...config, name: "alone", minClients: 1 });
  const file = await stage.writeRows("alone", scenario.clients[0]?.rows ?? []);
  const data = { name: "anna", file, input: "input", answer: "answer" };
  const mine = await join(stage.browser, alone.inviteUrl, data, { deadlineMs: 200_000 });
  await alone.until("the end", ({ phase }) => phase === "finished", 200_000);
  await mine.page.getByRole("region", { name: "My tab" }).getByText("Finished").first().waitFor();
  expect(await mine.page.getByText("averaging error").count()).toBe(0);
  expect(await problemsOf(mine.page)).toEqual([]);
  await mine.page.getByRole("button", { name: "Look inside" }).click();
  await mine.page.getByRole("dialog").getByRole("table").waitFor();
  expect(await problemsOf(mine.page)).toEqual([]);
  await mine.page.getByRole("button", { name: "Close" }).click();
  await mine.page.getByRole("link", { name: "Playground" }).click();
  await mine.page.getByRole("heading", { level: 1, name: "Playground of alone" }).waitFor();
  expect(await mine.page.title()).toBe("Playground: alone · Duet");
  expect(await problemsOf(mine.page)).toEqual([]);
  await mine.context.close();
});
