/** The page's policy forbids code made at run time: nothing of the app so much as asks for it, from the front page to a trained round. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** What the policy refused in the page from now on; of its workers nothing is seen here. Call before the page goes anywhere. */
async function violationsOf(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction("tellViolation", (what: string) => violations.push(what));
  await page.addInitScript(() => {
    const { tellViolation } = globalThis as unknown as { tellViolation: (what: string) => void };
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => tellViolation(blockedURI));
  });
  return violations;
}

it("makes no code at run time, and what would is refused and seen here", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const { task, clients } = logsScenario({ clients: 1, seed: 3, rowsPerClient: 40 });
  const choices = { model, task, rounds: 1, localSteps: 1, innerSteps: 1, minClients: 1 };
  const federation = await stage.open(defaultFederation({ name: "strict", ...choices }));
  const file = await stage.writeRows("anna", clients[0]?.rows ?? []);
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(100_000);
  const violations = await violationsOf(page);
  await page.goto(federation.inviteUrl);
  await page.getByRole("textbox", { name: "Your name" }).fill("anna");
  await page.getByLabel("Data file").setInputFiles(file);
  await page.getByLabel("Input column").selectOption("input");
  await page.getByLabel("Answer column").selectOption("answer");
  await page.getByRole("button", { name: "Join and train" }).click();
  await federation.until("the end", ({ phase }) => phase === "finished");
  await page.getByRole("region", { name: "Use it" }).waitFor();
  for (const path of ["/", "/new"]) {
    await page.goto(`${stage.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }
  expect(violations).toEqual([]);
  await page.evaluate(() => void setTimeout(() => Function("return 1")()));
  await expect.poll(() => violations).toEqual(["eval"]);
  await context.close();
});
