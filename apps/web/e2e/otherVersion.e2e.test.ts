/** A part of the page that does not come when it is first shown: the coordinator serves another version by now, or nothing can be reached. */

import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** The glossary's file is gone when it is first asked for. */
async function withoutGlossary(page: Page): Promise<void> {
  await page.route("**/assets/GlossaryPage-*.js", (route) => route.fulfill({ status: 404 }), { times: 1 });
}

/** Whoever asks which page is served hears of another one than this page's; a reload gets what is there. */
async function asReplaced(page: Page): Promise<void> {
  await page.route(`${stage.url}/`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/assets\/index-/g, "assets/index-other-") });
  });
}

const openGlossary = (page: Page) => page.getByRole("link", { name: "Glossary" }).click();
const glossary = (page: Page) => page.getByRole("heading", { name: "Glossary", level: 1 });
const reloadButton = (page: Page) => page.getByRole("button", { name: "Reload the page" });

it("a page that is no client loads the other version by itself", async () => {
  const page = await stage.browser.newPage();
  await page.goto(stage.url);
  await page.getByText("None is listed").waitFor();
  await withoutGlossary(page);
  await asReplaced(page);
  await openGlossary(page);
  await glossary(page).waitFor();
  expect(await reloadButton(page).count()).toBe(0);
  await page.close();
});

it("a tab that takes part is asked, and is the same client after the reload", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const federation = await stage.open(defaultFederation({ name: "goes on", model, task: scenario.task, minClients: 2 }));
  const file = await stage.writeRows("rows", scenario.clients[0]?.rows ?? []);
  const data = { name: "anna", file, input: "input", answer: "answer" };
  const { page, context } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS });
  const waits = page.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients");
  await waits.waitFor();
  await withoutGlossary(page);
  await asReplaced(page);
  await openGlossary(page);
  await page.getByText("The coordinator serves another version of this page by now.").waitFor();
  await page.getByText("This part of the page could not be loaded").waitFor();
  expect(await reloadButton(page).count()).toBe(1);
  expect(await problemsOf(page)).toEqual([]);
  // Nothing but the person has ended what the tab holds: the way back leads to the client as it was.
  await page.goBack();
  await waits.waitFor();
  await reloadButton(page).click();
  await waits.waitFor();
  expect(await reloadButton(page).count()).toBe(0);
  const { clients } = await federation.until("itself", () => true);
  expect(clients.map(({ name, status }) => [name, status])).toEqual([["anna", "present"]]);
  await context.close();
});

it("without a network the page stays, and gets the part once somebody tries again", async () => {
  const page = await stage.browser.newPage();
  await page.goto(stage.url);
  await page.getByText("None is listed").waitFor();
  await page.context().setOffline(true);
  await openGlossary(page);
  await page.getByText("The network or the coordinator was away.").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The coordinator does not answer").waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await glossary(page).waitFor();
  await page.close();
});
