/**
 * Charts as files, each as SVG and as PNG, also those that are lists on the page; and where the system has colours of its own (high contrast)
 * what has the focus, what is chosen and every line can be told, whatever theme was chosen before.
 */
import { fusingRound } from "@duet/lora-core/schedule/roundNumbers";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Crowd, crowdConfig, seatCrowd } from "./support/crowd.ts";
import { downloaded } from "./support/downloaded.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const ROUNDS = 3;
/** Of what is no text, against its ground (WCAG 1.4.11). */
const LEAST_CONTRAST = 3;

let stage: Stage;
let crowd: Crowd;
let federation: OpenFederation;
let page: Page;
beforeAll(async () => {
  stage = await startStage();
  const config = await crowdConfig(stage, ROUNDS, 3);
  federation = await stage.open(config);
  crowd = await seatCrowd(stage, config, federation);
  for (let round = 0; round < 2; round++) await crowd.answer(round);
  // The system is dark, and the page was once told to be light.
  const context = await stage.browser.newContext({ forcedColors: "active", colorScheme: "dark" });
  await context.addInitScript(() => localStorage.setItem("mantine-color-scheme-value", "light"));
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  crowd?.close();
  await stage?.close();
});

const outlineOf = (of: Locator) => of.evaluate((element) => getComputedStyle(element).outlineStyle);

/** Of what is drawn or filled with a colour, against the page's ground: the least of all. */
const leastContrast = (of: Locator, property: "stroke" | "backgroundColor" | "color") =>
  of.evaluateAll((elements, name) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const luminance = (color: string) => {
      if (!canvas) throw new Error("There is no canvas");
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
        const value = byte / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const probe = document.createElement("span");
    probe.style.cssText = "forced-color-adjust:none;background:Canvas";
    document.body.append(probe);
    const ground = luminance(getComputedStyle(probe).backgroundColor);
    probe.remove();
    const contrasts = elements.map((element) => {
      const of = luminance(getComputedStyle(element)[name]);
      return (Math.max(of, ground) + 0.05) / (Math.min(of, ground) + 0.05);
    });
    return contrasts.length === 0 ? 0 : Math.min(...contrasts);
  }, property);

it("shows on the front page what has the focus, and the icons of its buttons", async () => {
  await page.goto(stage.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const start = page.getByRole("link", { name: "Start a federation" });
  expect(await outlineOf(start)).toBe("none");
  await start.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  expect(await outlineOf(start)).toBe("solid");
  const icons = page.locator("main").getByRole("button").locator("svg.tabler-icon");
  expect(await icons.count()).toBeGreaterThan(0);
  expect(await leastContrast(icons, "color")).toBeGreaterThan(LEAST_CONTRAST);
});

it("shows in the form what is chosen, of cards and of switches", async () => {
  await page.goto(`${stage.url}/new`);
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  const cards = page.locator(".choice");
  expect(await outlineOf(cards.filter({ has: page.locator("input:checked") }).first())).toBe("solid");
  expect(await outlineOf(cards.filter({ has: page.locator("input:not(:checked)") }).first())).toBe("none");
  const switches = page.locator(".mantine-SegmentedControl-label");
  expect(await outlineOf(switches.and(page.locator("[data-active]")).first())).toBe("solid");
  expect(await outlineOf(switches.and(page.locator(":not([data-active])")).first())).toBe("none");
});

it("shows while it runs every line, whose it is, and which is shown alone", async () => {
  await page.goto(federation.watchUrl);
  const chart = page.getByRole("region", { name: "Accuracy on each client's own test rows" });
  await chart.waitFor();
  const shared = chart.getByRole("button", { name: "shared", exact: true });
  expect(await outlineOf(shared)).toBe("none");
  await shared.click();
  expect(await outlineOf(shared)).toBe("solid");
  await shared.click();
  for (const drawn of [chart, page.getByRole("region", { name: "Training loss" })])
    expect(await leastContrast(drawn.locator(".plot polyline").locator(".."), "stroke")).toBeGreaterThan(LEAST_CONTRAST);
  expect(await leastContrast(chart.locator(".dot:not([style*='box-shadow'])"), "backgroundColor")).toBeGreaterThan(
    LEAST_CONTRAST,
  );
});

it("points at one round in lanes and charts, by the pointer on either and by keyboard", async () => {
  const lanes = page.getByRole("region", { name: "Rounds", exact: true });
  const slider = page.getByRole("region", { name: "Training loss" }).getByRole("slider", { name: "Round to look at" });
  await lanes.getByRole("columnheader", { name: "alone" }).hover();
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^Learning alone: .*mean \d/);
  expect(await lanes.locator("th[data-pointed]").allTextContents()).toEqual(["alone"]);
  await slider.press("Home");
  await slider.press("ArrowRight");
  await expect.poll(() => lanes.locator("th[data-pointed]").allTextContents()).toEqual(["1"]);
  expect(await lanes.locator("td[data-pointed]").count()).toBe(3);
  await slider.press("Escape");
  await expect.poll(() => lanes.locator("[data-pointed]").count()).toBe(0);
});

it("gives every chart as a file, the client's that is looked at with them", async () => {
  await page.getByRole("region", { name: "Table of clients" }).getByRole("button", { name: "Site 02" }).click();
  await page.getByRole("region", { name: "Site 02" }).getByRole("figure").first().waitFor();
  const without = page.locator(".plot, .lanes, .bars, .plane").filter({ hasNot: page.locator("figure") });
  const lacking = await without.evaluateAll((charts) =>
    charts.flatMap((chart) => (chart.closest("figure")?.querySelectorAll(".tools button").length === 2 ? [] : [chart.className])),
  );
  expect(lacking).toEqual([]);
  const files = page.getByRole("button", { name: /^SVG of / });
  const names = await files.evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label")));
  expect(names).toEqual([
    "SVG of Rounds of every client",
    "SVG of Site 02: Together and alone",
    "SVG of Site 02: Throughput",
    "SVG of accuracy",
    "SVG of training loss",
  ]);
  for (let at = 0; at < names.length; at++) {
    const { name, bytes } = await downloaded(page, () => files.nth(at).click());
    const text = bytes.toString("utf8");
    expect([name, text.slice(0, 5)]).toEqual([expect.stringMatching(/\.svg$/), "<svg "]);
    expect(text).not.toContain("var(--");
    expect(text).toMatch(/<(polyline|rect) [^>]*(stroke|fill)="(rgb|color)\(.*<text /);
  }
  const lanes = await downloaded(page, () => page.getByRole("button", { name: "PNG of Rounds of every client" }).click());
  expect([lanes.name, lanes.bytes.toString("latin1", 1, 4)]).toEqual(["rounds-of-every-client.png", "PNG"]);
  expect(lanes.bytes.readUInt32BE(16)).toBeGreaterThan(1000);
});

it("shows at the end lanes, weights and who gained", async () => {
  for (let round = 2; round <= fusingRound(ROUNDS); round++) await crowd.answer(round);
  await page.getByRole("status", { name: "Federation status" }).getByText("Finished").waitFor();
  const gained = page.getByRole("region", { name: "Alone, shared or mixed" });
  expect(await leastContrast(gained.locator("figure svg line[stroke='var(--data)']"), "stroke")).toBeGreaterThan(LEAST_CONTRAST);
  const lanes = page.getByRole("region", { name: "Rounds", exact: true });
  expect(await leastContrast(lanes.locator(".lane.counted > :first-child"), "backgroundColor")).toBeGreaterThan(LEAST_CONTRAST);
  const mixed = page.getByRole("region", { name: "How the two were mixed" });
  expect(await leastContrast(mixed.locator(".track > span[style*='width']"), "backgroundColor")).toBeGreaterThan(LEAST_CONTRAST);
});
