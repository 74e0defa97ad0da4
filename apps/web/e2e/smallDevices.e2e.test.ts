/** A federation for phones and old laptops: chosen in the form, told before anything is loaded, and learned in by two tabs to the end. */
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const scenario = logsScenario({ clients: 2, seed: 5, rowsPerClient: 60 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("trains rank 4 on short rows in every tab, and says so in the form and at the door", async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(`${stage.url}/new`);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("phones");
  await page.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
  await page.getByText(/^Everybody trains rank 8, 16 rows of 48 tokens/).waitFor();
  await page.getByRole("combobox", { name: "Devices that take part" }).selectOption("Phones and old laptops too");
  await page.getByText(/^Everybody trains rank 4 on queries and values, 8 rows of 32 tokens/).waitFor();
  await page.getByRole("textbox", { name: "Rounds", exact: true }).fill("1");
  await page.getByRole("button", { name: "Create federation" }).click();
  const invite = await page.getByRole("textbox", { name: "Invite link" }).inputValue();

  const door = await context.newPage();
  await door.goto(invite);
  await door.getByText(/^Training takes about \d+(\.\d)? MB of memory in this tab/).waitFor({ timeout: DEADLINE_MS });

  const tabs = await Promise.all(
    scenario.clients.map(async ({ rows }, index) => {
      const name = ["anna", "bram"][index] ?? "";
      const data = { name, file: await stage.writeRows(name, rows), input: "input", answer: "answer" };
      return join(stage.browser, invite, data, { deadlineMs: DEADLINE_MS });
    }),
  );
  for (const tab of tabs) await tab.page.getByRole("region", { name: "Verdict" }).waitFor();
  const measured = tabs[0]?.page.getByRole("button", {
    name: /In every round on the same \d+( to \d+)? test rows of each client\./,
  });
  expect(await measured?.count()).toBeGreaterThan(0);
  await Promise.all([context.close(), ...tabs.map((tab) => tab.context.close())]);
});
