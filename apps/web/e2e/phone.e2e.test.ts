/** Chromium as a phone: 390 px, touch, the settings for small devices, a page that is put to sleep in the background. See docs/browsers.md for what this is not. */
import { setTimeout as wait } from "node:timers/promises";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { devices, type Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const FROZEN_MS = 3000;
const PHONE = { ...devices["Pixel 7"], viewport: { width: 390, height: 844 } };
const scenario = logsScenario({ clients: 1, seed: 7, rowsPerClient: 60 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** Nothing stands beside the screen, and what is tapped is no smaller than a finger needs (WCAG 2.2, 2.5.8). */
async function assertFits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.viewport.width);
  const small = await page.getByRole("button").evaluateAll((buttons) =>
    buttons.flatMap((button) => {
      const { width, height } = button.getBoundingClientRect();
      return width > 0 && (width < 24 || height < 24) ? [`${button.textContent} ${width} x ${height}`] : [];
    }),
  );
  expect(small).toEqual([]);
}

it("joins by touch, learns with the settings for small devices, sleeps in the background and goes on to the result", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  // Long enough to be looked at, and put to sleep, while it trains.
  const sizes = { rounds: 2, localSteps: 60, innerSteps: 120, minClients: 1, devices: "small" } as const;
  const config = defaultFederation({ name: "Phones", model, task: scenario.task, ...sizes });
  expect(config.adapter.rank).toBe(4);
  const federation = await stage.open(config);
  const context = await stage.browser.newContext(PHONE);
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  await page.goto(federation.inviteUrl);
  await page.getByText(/^Training takes about \d+(\.\d)? MB of memory in this tab/).waitFor();
  await page.getByRole("textbox", { name: "Your name" }).fill("pocket");
  await page.getByLabel("Data file").setInputFiles(await stage.writeRows("phone", scenario.clients[0]?.rows ?? []));
  const join = page.getByRole("button", { name: "Join and train", disabled: false });
  await join.waitFor();
  await assertFits(page);
  await join.tap();
  await federation.until("training", ({ clients: [client] }) => client?.progress?.activity === "training", DEADLINE_MS);
  await assertFits(page);

  // As a phone does with what lies behind another app.
  const session = await context.newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await wait(FROZEN_MS);
  await session.send("Page.setWebLifecycleState", { state: "active" });

  const { clients } = await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  expect(clients.map(({ name, history }) => [name, history.length])).toEqual([["pocket", 3]]);
  await page.getByRole("region", { name: "Verdict" }).waitFor();
  await assertFits(page);
  await page.getByRole("button", { name: "Export the personal adapter" }).waitFor();
  await context.close();
});
