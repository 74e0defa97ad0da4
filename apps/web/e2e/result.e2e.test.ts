/** The end of a federation as its participant finds it: who took part, a file answered, the metrics and pictures to take along. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Locator } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { downloaded } from "./support/downloaded.ts";
import { join, type Participant } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });

let stage: Stage;
let anna: Participant;
let watchUrl: string;
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const choices = { model, task: scenario.task, method: DEMO_METHOD, preset: "halves", rounds: 2, localSteps: 2, innerSteps: 1 };
  const federation = await stage.open(defaultFederation({ ...choices, name: "ward notes", minClients: 1 }), {
    contact: "the ward desk",
  });
  watchUrl = federation.watchUrl;
  const file = await stage.writeRows("anna", scenario.clients[0]?.rows ?? []);
  const data = { name: "anna", file, input: "input", answer: "answer" };
  anna = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: 100_000 });
  await federation.until("the end", ({ phase }) => phase === "finished");
  await anna.page.getByRole("region", { name: "Use it" }).waitFor();
});
afterAll(async () => {
  await anna?.context.close();
  await stage?.close();
});

it("says who took part", async () => {
  await anna.page.getByText("anna took part").waitFor();
});

it("says which adapter serves best, with how sure each figure is", async () => {
  const { page } = anna;
  const panel = page.getByRole("region", { name: "Which serves you best" });
  const range = /base [01]\.\d\d, from [01]\.\d\d to [01]\.\d\d; .*shared [01]\.\d\d, from/;
  await panel.getByRole("figure", { name: range }).waitFor();
});

it("says what averaging did to the shared adapter: of all in the chart and the table behind it, of one client in its detail", async () => {
  const { page } = anna;
  const panel = page.getByRole("region", { name: "Accuracy on each client's own test rows" });
  const change = "[01]\\.\\d\\d → [01]\\.\\d\\d in round 2";
  await panel.getByRole("figure", { name: new RegExp(`^Newest mean accuracy: .*; averaging ${change}$`) }).waitFor();
  await panel.getByRole("button", { name: "before averaging" }).waitFor();
  await panel.getByText("Figures", { exact: true }).click();
  const [before, after] = ["before averaging", "after averaging"];
  const heads = await panel.getByRole("columnheader").allTextContents();
  expect(heads.slice(-2)).toEqual([before, after]);
  const rows = await panel.getByRole("row").allTextContents();
  // The first round, the second and the finish, which averages nothing.
  expect(rows.slice(1).map((text) => /[01]\.\d\d[01]\.\d\d$/.test(text))).toEqual([true, true, false]);
  await page.getByRole("button", { name: "anna", exact: true }).first().click();
  const detail = page.getByRole("region", { name: "anna" });
  await detail
    .getByRole("definition")
    .filter({ hasText: new RegExp(`^${change}$`) })
    .waitFor();
  await detail.getByRole("button", { name: "Unpin" }).click();
});

it("says who gained, from the personal adapter to what is served", async () => {
  const gained = /^From the personal adapter to what is served: anna from [01]\.\d\d to [01]\.\d\d$/;
  await anna.page.getByRole("region", { name: "Alone, shared or mixed" }).getByRole("figure", { name: gained }).waitFor();
});

it("shows the rows that it gets wrong, in the tab that has them", async () => {
  const panel = anna.page.getByRole("region", { name: "Where it errs" });
  const mistake = panel.getByRole("button", { name: /taken for .*: show rows$/ }).first();
  await mistake.click();
  const row = panel.getByRole("blockquote").first();
  await row.waitFor();
  const [actual] = ((await mistake.getAttribute("aria-label")) ?? "").split(" taken for ");
  // Beside it, how often the personal adapter alone makes the same mistake.
  await panel.getByRole("columnheader", { name: "Personal" }).waitFor();
  const figures = await panel.getByRole("row").nth(1).getByRole("cell").allTextContents();
  expect(figures.at(-1)).toMatch(/^\d+$/);
  expect(await panel.getByText(/^line \d+$/).count()).toBeGreaterThan(0);
  const text = await row.textContent();
  expect(scenario.clients[0]?.rows.find(({ input }) => input === text)?.answer).toBe(actual);
  await mistake.click();
  await row.waitFor({ state: "detached" });
});

it("answers a file of JSON lines beside the result, as a CSV in which nothing is a formula", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Predict a file" }).click();
  const panel = page.getByRole("region", { name: "Predict a file" });
  const lines = ['=HYPERLINK("http://x")', "+cmd|x", "disk failed"].map((text) => JSON.stringify({ text })).join("\n");
  const picked = { name: "notes.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(lines) };
  await panel.getByLabel("File to predict", { exact: true }).setInputFiles(picked);
  await panel.getByRole("button", { name: "Predict every row" }).click();
  const save = panel.getByRole("button", { name: "Download the CSV" });
  await save.waitFor();
  const { name, bytes } = await downloaded(page, () => save.click());
  expect(name).toBe("notes-predicted.csv");
  const [head, ...rows] = bytes.toString("utf8").trim().split("\r\n");
  expect(head).toBe("text,predicted label,probability");
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).not.toMatch(/^"?[=+\-@]/);
  await page.getByRole("button", { name: "Predict a file" }).click();
  await panel.waitFor({ state: "detached" });
});

it("measures the plane of mixtures, and its point is moved by the slider as by pressing on it", async () => {
  const panel = anna.page.getByRole("region", { name: "Your mixture" });
  await panel.getByRole("button", { name: "Measure the plane" }).click();
  await panel.getByText("49 of 49 mixtures measured").waitFor();
  const slider = panel.getByRole("slider", { name: "w₁ personal" });
  await slider.focus();
  const before = Number(await slider.getAttribute("aria-valuenow"));
  await slider.press("ArrowRight");
  expect(Number(await slider.getAttribute("aria-valuenow"))).toBeCloseTo(before + 0.01);
  // Far from the middle of the plane, which goes from -0.25 to 1.25 unless the weights found lie outside.
  await panel.locator("svg.plane").click({ position: { x: 80, y: 60 } });
  await expect.poll(async () => Number(await slider.getAttribute("aria-valuenow"))).toBeLessThan(before - 0.1);
  await panel.getByText(/^Accuracy [01]\.\d\d, loss/).waitFor();
  expect(await problemsOf(anna.page)).toEqual([]);
});

it("gives every chart as a file, with its colours written out", async () => {
  const { page } = anna;
  for (const name of ["accuracy", "training loss", "fusion weights", "mixtures"]) {
    const svg = await downloaded(page, () => page.getByRole("button", { name: `SVG of ${name}`, exact: true }).click());
    expect(svg.name).toBe(`${name.replace(" ", "-")}.svg`);
    expect(svg.bytes.toString("utf8")).toMatch(/^<svg/);
    expect(svg.bytes.toString("utf8")).not.toContain("var(");
    // What makes text over lines readable comes along.
    expect(svg.bytes.toString("utf8")).toContain('paint-order="stroke"');
    // It is over: a chart without a figure of the last round has none to come.
    expect(svg.bytes.toString("utf8")).not.toContain("to come");
    const png = await downloaded(page, () => page.getByRole("button", { name: `PNG of ${name}`, exact: true }).click());
    expect([...png.bytes.subarray(1, 4)].map((code) => String.fromCharCode(code)).join("")).toBe("PNG");
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(400);
  }
});

it("is replayed round by round by keyboard, by steps and by itself, and by itself only where motion is welcome", async () => {
  const { page } = anna;
  const replay = page.getByRole("region", { name: "Replay" });
  const slider = replay.getByRole("slider", { name: "Round that is shown" });
  const status = page.getByRole("status", { name: "Federation status" });
  const useIt = page.getByRole("region", { name: "Use it" });
  const mixed = page.getByRole("region", { name: "How the two were mixed" });
  expect(await slider.getAttribute("aria-valuetext")).toBe("The end");
  await mixed.waitFor();
  await slider.press("Home");
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("Round 1 of 2");
  await expect.poll(() => status.textContent()).toContain("Round 1 of 2");
  await page.getByText("mean accuracy so far of 1 client").waitFor();
  await page.getByRole("figure", { name: /^Newest mean accuracy: base [01]\.\d\d, shared [01]\.\d\d$/ }).waitFor();
  // What the fusion made, and what can be done with it, is to come.
  expect([await mixed.count(), await useIt.count()]).toEqual([0, 0]);
  expect(await problemsOf(page)).toEqual([]);
  await replay.getByRole("button", { name: "One round on" }).click();
  await expect.poll(() => status.textContent()).toContain("Round 2 of 2");
  await slider.press("End");
  await useIt.waitFor();
  await expect.poll(() => status.textContent()).toContain("Finished");

  await replay.getByRole("button", { name: "Play round by round" }).click();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("Round 1 of 2");
  await replay.getByRole("button", { name: "Pause the replay" }).click();
  await replay.getByRole("button", { name: "Play round by round" }).click();
  await expect.poll(() => slider.getAttribute("aria-valuetext"), { timeout: 20_000 }).toBe("The end");
  await page.emulateMedia({ reducedMotion: "reduce" });
  await replay.getByRole("button", { name: "Play round by round" }).waitFor({ state: "detached" });
  await replay.getByRole("button", { name: "One round back" }).waitFor();
  await page.emulateMedia({ reducedMotion: null });
});

it("has the round and the client that are looked at in its address, for a reload, for another reader and for the way back", async () => {
  const page = await anna.context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(watchUrl.replace("#", "?round=1#"));
  const slider = page.getByRole("slider", { name: "Round that is shown" });
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("Round 1 of 2");
  const row = page.getByRole("cell", { name: /^anna/ }).getByRole("button");
  await row.click();
  const detail = page.getByRole("region", { name: "anna" });
  await detail.waitFor();
  const unpin = detail.getByRole("button", { name: "Unpin" });
  const hasFocus = (of: Locator) => of.evaluate((element) => element === document.activeElement);
  await expect.poll(() => hasFocus(unpin)).toBe(true);
  expect(await unpin.evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThanOrEqual(0);
  await page.keyboard.press("Enter");
  await detail.waitFor({ state: "detached" });
  await expect.poll(() => hasFocus(row)).toBe(true);
  await page.keyboard.press("Enter");
  await detail.waitFor();
  await page.reload();
  await detail.waitFor();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("Round 1 of 2");
  // So slowly that one goes back before all of the page was drawn.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 12 });
  await slider.press("End");
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("The end");
  await page.goBack();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toBe("Round 1 of 2");
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.goBack();
  await detail.waitFor({ state: "detached" });
  expect(new URL(page.url()).search).toBe("?round=1");
  await page.close();
});

it("shows all charts along training steps or time where one is told to, after a reload too", async () => {
  const { page } = anna;
  const along = (name: string) => page.getByRole("group", { name: `What ${name} is shown by` });
  const time = along("accuracy").getByRole("button", { name: "time" });
  await time.click();
  for (const name of ["accuracy", "training loss"]) {
    const shown = along(name).getByRole("button", { name: "time" });
    await expect.poll(() => shown.getAttribute("aria-pressed")).toBe("true");
  }
  await along("training loss").getByRole("button", { name: "training step" }).click();
  await expect.poll(() => time.getAttribute("aria-pressed")).toBe("false");
  await page.reload();
  const step = along("accuracy").getByRole("button", { name: "training step" });
  await expect.poll(() => step.getAttribute("aria-pressed")).toBe("true");
  await along("accuracy").getByRole("button", { name: "round" }).click();
});

it("smooths the lines of all charts where one is told to, after a reload too, and leaves the dots", async () => {
  const { page } = anna;
  const chart = page.getByRole("region", { name: "Accuracy on each client's own test rows" });
  const drawn = () => chart.locator("svg polyline").evaluateAll((lines) => lines.map((line) => line.getAttribute("points")));
  const dots = () => chart.locator("svg path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
  const smooth = chart.getByRole("button", { name: "smoothed" });
  await smooth.waitFor();
  const [lines, measured] = [await drawn(), await dots()];
  await smooth.click();
  await expect.poll(() => smooth.getAttribute("aria-pressed")).toBe("true");
  expect(await drawn()).not.toEqual(lines);
  expect(await dots()).toEqual(measured);
  await page.reload();
  await expect.poll(() => smooth.getAttribute("aria-pressed")).toBe("true");
  await smooth.click();
  await expect.poll(drawn).toEqual(lines);
});

it("gives a report with the charts of its page, to who takes part and to who watches", async () => {
  const own = await downloaded(anna.page, () => anna.page.getByRole("button", { name: "Report", exact: true }).click());
  expect(own.name).toBe("ward-notes-report.html");
  const html = own.bytes.toString("utf8");
  expect(html).toContain("<h2>Training loss</h2>\n<figure><svg");
  expect(html).not.toContain("<h2>Your mixture</h2>");
  expect(html).not.toContain("var(");
  // Printed, the page itself is dark ink on white, also where it is dark on the screen.
  const ink = () => anna.page.evaluate(() => getComputedStyle(document.body).color);
  await anna.page.emulateMedia({ media: "print", colorScheme: "light" });
  const onPaper = await ink();
  await anna.page.emulateMedia({ colorScheme: "dark" });
  expect(await ink()).toBe(onPaper);
  expect(await problemsOf(anna.page)).toEqual([]);
  await anna.page.emulateMedia({ media: null });
  const page = await anna.context.newPage();
  await page.setContent(html);
  expect(await problemsOf(page)).toEqual([]);
  page.setDefaultTimeout(60_000);
  await page.goto(watchUrl);
  const watched = page.getByRole("region", { name: "Report" });
  const printed = page.waitForEvent("framenavigated", (frame) => frame !== page.mainFrame());
  await watched.getByRole("button", { name: "Print, or save as PDF" }).click();
  expect((await printed).url()).toBe("about:srcdoc");
  const theirs = await downloaded(page, () => watched.getByRole("button", { name: "Report", exact: true }).click());
  expect(theirs.bytes.toString("utf8")).toContain("<h2>Training loss</h2>\n<figure><svg");
  await page.close();
});

it("shows what it answered to three of its own rows after every round", async () => {
  const panel = anna.page.getByRole("region", { name: "What it answers" });
  const after = panel.getByRole("combobox", { name: "After" });
  await after.waitFor();
  expect(await after.locator("option").allTextContents()).toEqual(["Finish", "Round 2 of 2", "Round 1 of 2"]);
  const own = scenario.clients[0]?.rows ?? [];
  const texts = await panel.getByRole("blockquote").allTextContents();
  expect(texts).toHaveLength(3);
  for (const text of texts) expect(own.map(({ input }) => input)).toContain(text);
  expect(await panel.getByRole("term").filter({ hasText: "fused" }).count()).toBe(3);
  await after.selectOption("Round 1 of 2");
  await expect.poll(() => panel.getByRole("term").filter({ hasText: "fused" }).count()).toBe(0);
  expect(await panel.getByRole("term").filter({ hasText: "shared" }).count()).toBe(3);
});

it("moves one crosshair over all charts by keyboard, and says what stands there", async () => {
  const chart = anna.page.getByRole("region", { name: "Accuracy on each client's own test rows" });
  const slider = chart.getByRole("slider", { name: "Round to look at" });
  await slider.press("Home");
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^Round 1 of 2: base [01]\.\d\d/);
  await slider.press("End");
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^Finish: .*fused [01]\.\d\d/);
  const other = anna.page.getByRole("region", { name: "Training loss" }).getByRole("slider", { name: "Round to look at" });
  expect(await other.getAttribute("aria-valuenow")).toBe("3");
  await slider.press("Escape");
  await expect.poll(() => other.getAttribute("aria-valuetext")).toBe("none chosen");
});

it("shows one line alone where the legend is pressed, and all again", async () => {
  const chart = anna.page.getByRole("region", { name: "Accuracy on each client's own test rows" });
  const legend = chart.getByRole("group", { name: "Line to show alone" });
  const lines = () => chart.locator("svg polyline").count();
  const all = await lines();
  const fused = legend.getByRole("button", { name: "fused" });
  await fused.click();
  await expect.poll(() => fused.getAttribute("aria-pressed")).toBe("true");
  // Its mean, and that of its one client.
  await expect.poll(lines).toBe(2);
  await fused.click();
  await expect.poll(() => fused.getAttribute("aria-pressed")).toBe("false");
  expect([await fused.getAttribute("aria-pressed"), await lines()]).toEqual(["false", all]);
});

it.each([
  ["CSV", "ward-notes-metrics.csv", "client,round,"],
  ["JSON", "ward-notes-metrics.json", "{"],
  ["TensorBoard", "ward-notes-tensorboard.zip", "PK"],
])("gives the figures as %s", async (kind, fileName, beginning) => {
  const press = () => anna.page.getByRole("button", { name: `Download the figures as ${kind}` }).click();
  const { name, bytes } = await downloaded(anna.page, press);
  expect(name).toBe(fileName);
  expect(bytes.toString("latin1").startsWith(beginning)).toBe(true);
});
