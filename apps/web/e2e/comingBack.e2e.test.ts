/** Coming back: what a browser took part in is found again in any of its tabs, compared, put away, and forgotten. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { ORGANISER_KEY_HEADER } from "@duet/lora-core/protocol/blobs";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 150_000;
const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });

let stage: Stage;
let browser: BrowserContext;
const federations = new Map<string, OpenFederation>();
beforeAll(async () => {
  stage = await startStage();
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  browser = await stage.browser.newContext();
  const file = await stage.writeRows("anna", scenario.clients[0]?.rows ?? []);
  for (const [name, method] of [
    ["ward notes", "fdlora"],
    ["night shift", "fedavg"],
  ] as const) {
    const choices = { model, task: scenario.task, rounds: 1, localSteps: 4, innerSteps: 2, minClients: 1 };
    const federation = await stage.open(defaultFederation({ ...choices, name, method }));
    federations.set(name, federation);
    const data = { name: "anna", file, input: "input", answer: "answer" };
    const { page } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: DEADLINE_MS, context: browser });
    await page.getByRole("region", { name: "Use it" }).waitFor();
    // With its tab what only a tab knows is gone.
    await page.close();
  }
}, 2 * DEADLINE_MS);
afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

async function frontPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(stage.url);
  return page;
}

const card = (page: Page, name: string) => page.getByRole("article", { name });

it("a new tab finds the finished federations with their figures, and opens one with its adapters", async () => {
  const page = await frontPage();
  const ward = card(page, "ward notes");
  expect(await ward.textContent()).toMatch(/\d\.\d\d → \d\.\d\d/);
  expect(await ward.textContent()).toMatch(/of your \d+ test rows right: (alone|the untouched base), with the federation/);
  expect(await page.getByRole("article").count()).toBeGreaterThanOrEqual(2);
  await ward.getByRole("link", { name: "Open ward notes" }).click();
  await page.getByRole("region", { name: "Your adapters" }).getByRole("button", { name: "Export the fused adapter" }).waitFor();
  await page.getByRole("region", { name: "Use it" }).waitFor();
  await page.close();
});

it("compares two of them side by side", async () => {
  const page = await frontPage();
  for (const name of ["ward notes", "night shift"]) await page.getByRole("checkbox", { name: `Compare ${name}` }).check();
  await page.getByRole("link", { name: "Compare these 2" }).click();
  const table = page.getByRole("table");
  await table.getByRole("columnheader", { name: "Of each" }).waitFor();
  expect(await table.getByRole("columnheader").allTextContents()).toEqual(["Of each", "ward notes", "night shift"]);
  const row = table.getByRole("row").filter({ hasText: "Method" });
  expect(await row.getByRole("cell").allTextContents()).toEqual([
    expect.stringContaining("FDLoRA"),
    expect.stringContaining("FedAvg"),
  ]);
  await page
    .getByRole("figure", { name: /Accuracy on your own test rows: ward notes: base \d\.\d\d.*night shift: base/ })
    .waitFor();
  expect(await page.title()).toBe("Compare · Duet");
  await page.close();
});

it("axe finds nothing on the cards, in the dialog and on the comparison", async () => {
  const page = await frontPage();
  await card(page, "ward notes").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Forget my data of ward notes" }).click();
  const keep = page.getByRole("button", { name: "Keep everything" });
  await keep.waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await keep.click();
  await page.goto(`${stage.url}/compare`);
  await page.getByRole("table").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.close();
});

it("one is archived and taken back", async () => {
  const page = await frontPage();
  await page.getByRole("button", { name: "Archive night shift" }).click();
  await expect.poll(() => card(page, "night shift").isVisible()).toBe(false);
  await page.reload();
  await page.getByText("Archived (1)").click();
  await page.getByRole("button", { name: "Take back night shift" }).click();
  await card(page, "night shift").waitFor();
  expect(await page.getByText(/^Archived/).count()).toBe(0);
  await page.close();
});

it("gives the adapters of one that the coordinator no longer has", async () => {
  const { federationId = "", organiserKey = "" } = federations.get("ward notes") ?? {};
  const headers = { [ORGANISER_KEY_HEADER]: organiserKey };
  expect((await fetch(`${stage.url}/federations/${federationId}`, { method: "DELETE", headers })).status).toBe(200);
  const page = await frontPage();
  await page.getByRole("link", { name: "Open ward notes" }).click();
  await page.getByRole("alert").getByText("The coordinator no longer has this federation").waitFor();
  const press = page.getByRole("button", { name: "Export the fused adapter" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), press]);
  expect(file.suggestedFilename()).toMatch(/fused/);
  await page.close();
});

it("forgets what it is asked to, says what that was, and keeps the rest", async () => {
  const page = await frontPage();
  await page.getByRole("button", { name: "Forget my data of night shift" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget my data of night shift?" });
  await dialog.getByRole("button", { name: "Keep everything" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Forget my data of night shift" }).click();
  await dialog.getByRole("checkbox", { name: "Who you were, the way back and the figures" }).uncheck();
  await dialog.getByRole("button", { name: "Forget these" }).click();
  const said = page.getByRole("status").filter({ hasText: "night shift" });
  await said.waitFor();
  expect(await said.textContent()).toMatch(
    /night shift: Forgotten in this browser: 60 rows, your adapters, the list of what left, \d+ entries\. What was sent before is with the others/,
  );
  // The figures are still there; rows and adapters are not, in the browser's own database.
  await card(page, "night shift").waitFor();
  expect(await kept(page)).toEqual({ rows: 1, kept: 1, submitted: 1, sent: 1 });

  await page.getByRole("button", { name: "Forget my data of ward notes" }).click();
  await page.getByRole("dialog", { name: "Forget my data of ward notes?" }).getByRole("button", { name: "Forget these" }).click();
  await card(page, "ward notes").waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "who you were, and the way back" }).waitFor();
  expect(await kept(page)).toEqual({ rows: 0, kept: 0, submitted: 0, sent: 0 });
  await page.reload();
  await card(page, "night shift").waitFor();
  expect(await card(page, "ward notes").count()).toBe(0);
  await page.close();
});

/** Of how many clients the browser's databases hold something. */
function kept(page: Page) {
  return page.evaluate(async () => {
    const keysOf = (database: string, store: string) =>
      new Promise<IDBValidKey[]>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const keys = opening.result.transaction(store).objectStore(store).getAllKeys();
          keys.onerror = () => reject(keys.error);
          keys.onsuccess = () => {
            opening.result.close();
            resolve(keys.result);
          };
        };
      });
    const clients = (keys: IDBValidKey[]) => new Set(keys.map((key) => (Array.isArray(key) ? key[0] : key))).size;
    const [rows, adapters, submitted, sent] = await Promise.all([
      keysOf("duet", "rows"),
      keysOf("duet", "kept"),
      keysOf("duet", "submitted"),
      keysOf("duet-sent", "sent"),
    ]);
    return { rows: clients(rows), kept: clients(adapters), submitted: clients(submitted), sent: clients(sent) };
  });
}
