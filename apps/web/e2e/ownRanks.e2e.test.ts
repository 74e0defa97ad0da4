/** Clients with ranks of their own: allowed in the form, chosen at the door, and learned with by two tabs to the end. */
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const scenario = logsScenario({ clients: 2, seed: 5, rowsPerClient: 60 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];
const RANKS = [undefined, 4];

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("a tab with four of eight ranks learns beside one with all, and both say so", async () => {
  const organiser = await stage.browser.newPage();
  organiser.setDefaultTimeout(DEADLINE_MS);
  await organiser.goto(`${stage.url}/new`);
  await organiser.getByRole("textbox", { name: "Name", exact: true }).fill("unlike");
  await organiser.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
  await organiser.getByRole("textbox", { name: "Rounds", exact: true }).fill("1");
  await organiser.getByText("Steps, protection, size of uploads").click();
  await organiser.getByRole("textbox", { name: "Steps per round" }).fill("4");
  await organiser.getByRole("combobox", { name: "Ranks of smaller clients" }).selectOption("padded");
  await organiser.getByRole("button", { name: "Create federation" }).click();
  const invite = await organiser.getByRole("textbox", { name: "Invite link" }).inputValue();

  const tabs = await Promise.all(
    scenario.clients.map(async ({ rows }, index) => {
      const name = ["anna", "bram"][index] ?? "";
      const data = { name, file: await stage.writeRows(name, rows), input: "input", answer: "answer" };
      return join(stage.browser, invite, data, { deadlineMs: DEADLINE_MS, rank: RANKS[index] });
    }),
  );
  for (const [index, { name, page }] of tabs.entries()) {
    await page.getByRole("region", { name: "Verdict" }).waitFor();
    await page.getByRole("button", { name, exact: true }).first().click();
    expect(await page.getByText(`${RANKS[index] ?? 8} of 8`, { exact: true }).count()).toBe(1);
  }
  await Promise.all(tabs.map(({ context }) => context.close()));
});
