/** Fifty clients on one dashboard: readable on a desk and on a phone, found, sorted and pinned by role and name, by keyboard too, while all of them step. */
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Crowd, crowdConfig, seatCrowd } from "./support/crowd.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const CLIENTS = 50;
const ROUNDS = 9;
/** The first that is not answered before the page is opened. */
const OPEN = 6;
/** Pixels; a screen of a phone has 800. */
const TALLEST_PAGE = 25_000;

let stage: Stage;
let crowd: Crowd;
let page: Page;
beforeAll(async () => {
  stage = await startStage();
  const config = await crowdConfig(stage, ROUNDS, CLIENTS);
  const federation = await stage.open(config);
  crowd = await seatCrowd(stage, config, federation);
  for (let round = 0; round < OPEN; round++) await crowd.answer(round, round === 3 ? ["Site 03", "Site 20"] : []);
  page = await stage.browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  await page.goto(federation.watchUrl);
  await page.getByRole("region", { name: "Every client, every round" }).waitFor();
});
afterAll(async () => {
  crowd?.close();
  await stage?.close();
});

const table = () => page.getByRole("region", { name: "Table of clients" });
const column = (name: string) => table().getByRole("columnheader", { name });
/** Of the rows that are drawn, from the top. */
const cells = (nth: number) => table().locator("tbody tr[aria-rowindex]").locator(`td:nth-child(${nth})`).allTextContents();
const hasFocus = (label: string) => page.evaluate((name) => document.activeElement?.getAttribute("aria-label") === name, label);

it("is led by its median and its spread, and no page is tall", async () => {
  await page.getByText("median accuracy of 50 clients; half of them between").waitFor();
  await page.getByText("50 of 50 here").waitFor();
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const { height, isWider } = await page.evaluate(() => {
      const { scrollHeight, scrollWidth, clientWidth } = document.documentElement;
      return { height: scrollHeight, isWider: scrollWidth > clientWidth };
    });
    expect([width, isWider]).toEqual([width, false]);
    expect(height).toBeLessThan(TALLEST_PAGE);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

it("is sorted by what one asks for, either way, and has everybody in it though few rows are drawn", async () => {
  expect(await column("Together").getAttribute("aria-sort")).toBe("descending");
  const together = (await cells(2)).map(Number);
  expect(together).toEqual(together.toSorted((a, b) => b - a));
  await column("Rows").getByRole("button").click();
  expect(await column("Rows").getAttribute("aria-sort")).toBe("descending");
  expect(await column("Together").getAttribute("aria-sort")).toBe("none");
  expect((await cells(5)).slice(0, 3)).toEqual(["970", "960", "950"]);
  await column("Rows").getByRole("button").click();
  expect((await cells(5)).slice(0, 3)).toEqual(["480", "490", "500"]);
  expect(await table().getByRole("table").getAttribute("aria-rowcount")).toBe("51");
  await table().focus();
  await page.keyboard.press("End");
  await table().getByRole("row", { name: "Site 50" }).waitFor();
  expect((await cells(5)).length).toBeLessThan(30);
});

it("finds a client by its name, and those that are worse off than alone as the headline counts them", async () => {
  const find = page.getByRole("textbox", { name: "Find a client" });
  await find.fill("site 2");
  await page.getByText("10 of 50", { exact: true }).waitFor();
  await find.fill("");
  const headline = await page
    .getByText(/better off than alone, \d+ worse off/)
    .first()
    .textContent();
  const worse = /(\d+) worse off/.exec(headline ?? "")?.[1];
  await page.getByText(`Worse off ${worse}`, { exact: true }).click();
  await page.getByText(`${worse} of 50`, { exact: true }).waitFor();
  await page.getByText("All 50", { exact: true }).click();
});

it("pins one, whose rounds and events are told, and its neighbours by keyboard on the map of all rounds", async () => {
  await page.getByRole("textbox", { name: "Find a client" }).fill("Site 20");
  await table().getByRole("button", { name: "Site 20" }).click();
  const detail = page.getByRole("region", { name: "Site 20" });
  await detail.getByText("1 round", { exact: true }).waitFor();
  await detail.getByText("Every round").click();
  expect(await detail.getByRole("row").count()).toBe(OPEN);
  await page.getByRole("textbox", { name: "Find a client" }).fill("");

  const map = page.getByRole("region", { name: "Every client, every round" }).getByRole("slider", { name: "Round to look at" });
  await map.focus();
  await map.press("Home");
  await expect.poll(() => map.getAttribute("aria-valuetext")).toMatch(/^Learning alone: Site 20 0\.\d\d$/);
  for (let to = 1; to <= 2; to++) await map.press("ArrowRight");
  // The crosshair is that of the other charts too.
  const accuracy = page.getByRole("region", { name: "Accuracy over the rounds" }).getByRole("slider");
  const both =
    /^Round 2 of 9: base 0.31, alone 0.\d\d, median 0.\d\d, Site 20 0.\d\d, before averaging 0.\d\d, after averaging 0.\d\d$/;
  await expect.poll(() => accuracy.getAttribute("aria-valuetext")).toMatch(both);
  await map.press("ArrowRight");
  await expect.poll(() => map.getAttribute("aria-valuetext")).toBe("Round 3 of 9: Site 20 missed");
  await map.press("ArrowDown");
  await detail.waitFor({ state: "detached" });
  await expect.poll(() => map.getAttribute("aria-valuetext")).toMatch(/^Round 3 of 9: Site (?!20)\d\d 0\.\d\d$/);
  expect(await hasFocus("Round to look at")).toBe(true);
  await map.press("ArrowUp");
  await detail.waitFor();
  expect(await problemsOf(page)).toEqual([]);
});

it("stays where one is while all of them step", async () => {
  const find = page.getByRole("textbox", { name: "Find a client" });
  await find.fill("Site 1");
  const top = (await find.boundingBox())?.y;
  for (let step = 1; step <= 5; step++) await crowd.step(OPEN, step);
  await expect.poll(() => cells(6)).toEqual(Array.from({ length: 10 }, () => expect.stringMatching(/^[4-8]\d\d tok\/s$/)));
  expect(await hasFocus("Find a client")).toBe(true);
  expect(await find.inputValue()).toBe("Site 1");
  expect((await find.boundingBox())?.y).toBeCloseTo(top ?? Number.NaN, 0);
  const facts = page.getByRole("region", { name: "Site 20" }).getByRole("definition");
  await facts.filter({ hasText: /^\d+ tok\/s$/ }).waitFor();
  await find.fill("");
});

it("ends with what everybody reached, and where the middle of all mixtures lies", async () => {
  for (let round = OPEN; round <= fusingRound(ROUNDS); round++) await crowd.answer(round);
  await page.getByRole("status", { name: "Federation status" }).getByText("Finished").waitFor();
  await page.getByText("median accuracy of 50 clients, before and after").waitFor();
  const mixed = page.getByRole("region", { name: "How the two were mixed" });
  await mixed.getByText(/^Half of the clients have w₁ between/).waitFor();
  await mixed.getByText("All 50 clients").click();
  expect(await problemsOf(page)).toEqual([]);
});
