/** A tab whose worker stands still, as a browser's fault can make it: the page says what it waits for, and how to go on. */

import { DEFAULT_BASE } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** From now on the page's workers never come back from a call of this name, and hear nothing else. Returns what ends that. */
async function standStillAt(page: Page, call: string): Promise<() => Promise<void>> {
  const scripts = "**/trainingWorker-*.js";
  await page.route(scripts, async (route) => {
    const response = await route.fetch();
    const fault = `self.addEventListener("message", ({ data }) => { if (data.path?.includes("${call}")) for (;;); });`;
    await route.fulfill({ response, body: `${fault}\n${await response.text()}` });
  });
  return () => page.unroute(scripts);
}

it("says which step has stalled, and starts again with one thread; what is kept of a tab that comes back, too", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === DEFAULT_BASE.label);
  if (!model) throw new Error("The default base is not served");
  const task = { kind: "label" as const, labels: [...SAMPLES.medical.labels] };
  const { inviteUrl } = await stage.open(defaultFederation({ name: "still", model, task }));
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.clock.install();
  const mend = await standStillAt(page, "openModel");
  await page.goto(`${inviteUrl.replace("#", "?backend=wasm#")}`);
  const join = async () => {
    await page.getByRole("textbox", { name: "Your name" }).fill("ada");
    await page.getByRole("button", { name: "Use sample data" }).click();
    await page.getByRole("button", { name: "Join and train" }).click();
  };
  await join();
  const mine = page.getByRole("region", { name: "My tab" });
  await mine.getByText("Loading the base model").waitFor();
  await page.clock.runFor(121_000);
  const alert = mine.getByRole("alert");
  expect(await alert.textContent()).toMatch(/said nothing for 120 seconds.*download it.*Try again.*fewer threads/);
  expect(await problemsOf(page)).toEqual([]);

  await mend();
  await mine.getByRole("link", { name: "Join again with one thread" }).click();
  await join();
  await mine.getByText("Waiting for other clients").waitFor();
  expect(await mine.textContent()).toContain("backend wasm, 1 thread");

  for (const [call, step] of [
    ["recall", /said nothing for 60 seconds.*read what this browser has kept/],
    ["deviceLimits", /said nothing for 60 seconds.*ask this device what it can do/],
  ] as const) {
    const cure = await standStillAt(page, call);
    await page.reload();
    await expect
      .poll(
        async () => {
          await page.clock.runFor(10_000);
          return page.getByRole("alert").allTextContents();
        },
        { timeout: 60_000 },
      )
      .toEqual([expect.stringMatching(step)]);
    await cure();
    await page.getByRole("button", { name: "Try again" }).click();
    await mine.getByText("Waiting for other clients").waitFor();
  }
  await page.close();
});
