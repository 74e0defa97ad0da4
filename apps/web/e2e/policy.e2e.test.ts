/** The page's policy forbids code made at run time: nothing of the app so much as asks for it, from the front page to a trained round. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** What browsers say of a violation, in the page and in its workers. */
const VIOLATION = /Content Security Policy|unsafe-eval/i;

/** Every violation from now on. Call before the page goes anywhere. */
function violationsOf(page: Page): string[] {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (VIOLATION.test(message.text())) violations.push(message.text());
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
  let violations: string[] = [];
  const onPage = (page: Page) => {
    violations = violationsOf(page);
  };
  const data = { name: "anna", file, input: "input", answer: "answer" };
  const { page, context } = await join(stage.browser, federation.inviteUrl, data, { deadlineMs: 100_000, onPage });
  await federation.until("the end", ({ phase }) => phase === "finished");
  await page.getByRole("region", { name: "Use it" }).waitFor();
  for (const path of ["/", "/new"]) {
    await page.goto(`${stage.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }
  expect(violations).toEqual([]);
  // Not in an evaluation of the debugger, which may.
  const refused = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        document.addEventListener("securitypolicyviolation", ({ blockedURI }) => resolve(blockedURI), { once: true });
        setTimeout(() => {
          try {
            Function("return 1")();
            resolve("it was made");
          } catch {
            // The event says it.
          }
        });
      }),
  );
  expect(refused).toBe("eval");
  await expect.poll(() => violations.length).toBeGreaterThan(0);
  await context.close();
});
