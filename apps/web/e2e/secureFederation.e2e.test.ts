/** A federation whose updates are summed securely, from the form to its end, with real tabs. */
import { readFile } from "node:fs/promises";
import { ledgerFile } from "@duet/lora-core/protocol/sentLedger";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { expect, it, onTestFinished } from "vitest";
import { recordByLink } from "../../../tools/verifyLedger/recordOf.ts";
import { type Verification, verificationText, verifyLedger } from "../../../tools/verifyLedger/verifyLedger.ts";
import { join, type Participant } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const NAMES = ["anna", "bram", "chen"];
const scenario = logsScenario({ clients: NAMES.length, seed: 11, rowsPerClient: 60 });
const labels = scenario.task.kind === "label" ? scenario.task.labels : [];

/** Fills in the form, is refused what cannot be summed, and creates the federation; the invite link. */
async function createInForm(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/new`);
  await page.getByRole("textbox", { name: "Name" }).fill("ward notes");
  await page.getByRole("textbox", { name: "Labels" }).fill(labels.join("\n"));
  const create = page.getByRole("button", { name: "Create federation" });
  const method = page.getByRole("combobox", { name: "Method" });
  await method.selectOption("fedamp/standard");
  await page.getByRole("radio", { name: "Secure sum" }).check();
  await page
    .getByText(/^FedAMP compares the clients' adapters .* which a secure sum hides/)
    .first()
    .waitFor();
  expect(await create.isEnabled()).toBe(false);
  await method.selectOption("fedavg/standard");
  expect(await page.getByRole("textbox", { name: "Clients at least" }).inputValue()).toBe("3");
  await page.getByRole("textbox", { name: "Rounds" }).fill("2");
  await page.getByText("Steps, protection, size of uploads").click();
  await page.getByRole("textbox", { name: "Steps per round" }).fill("8");
  await create.click();
  await page.getByRole("heading", { name: "Your federation is ready" }).waitFor();
  return page.getByRole("textbox", { name: "Invite link" }).inputValue();
}

/** What the ledger of this tab lists: the name and the content of every message. */
async function sentBy(page: Page): Promise<readonly { readonly name: string; readonly content: string }[]> {
  await page.getByRole("button", { name: "Look inside" }).click();
  const rows = page.getByRole("dialog", { name: "What left this tab" }).locator("tbody tr");
  await rows.first().waitFor();
  const cells = await rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
  );
  return cells.map(([, name, , content]) => ({ name: name ?? "", content: content ?? "" }));
}

it("sums three tabs' updates securely, one of which reloads: the same words in all of them, and no adapter left by itself", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  const organiser = await stage.browser.newPage();
  organiser.setDefaultTimeout(DEADLINE_MS);
  const inviteUrl = await createInForm(organiser, stage.url);

  const tabs: Participant[] = [];
  for (const [index, name] of NAMES.entries()) {
    const file = await stage.writeRows(name, scenario.clients[index]?.rows ?? []);
    tabs.push(
      await join(stage.browser, inviteUrl, { name, file, input: "input", answer: "answer" }, { deadlineMs: DEADLINE_MS }),
    );
  }
  const [anna, bram] = tabs.map(({ page }) => page);
  await bram?.getByRole("region", { name: "My tab" }).getByText("Training the shared adapter").waitFor();
  await bram?.reload();

  for (const { page } of tabs) await page.getByRole("status", { name: "Federation status" }).getByText("Finished").waitFor();
  const phrases = await Promise.all(
    tabs.map(({ page }) => page.getByRole("status", { name: "Words of this federation" }).textContent()),
  );
  expect(phrases[0]).toMatch(/^([a-z]+ ){5}[a-z]+$/);
  expect(new Set(phrases).size).toBe(1);
  const lanes = anna?.getByRole("region", { name: "Rounds", exact: true });
  for (const round of [1, 2]) expect(await lanes?.getByText(`Round ${round} of 2: counted`).count()).toBe(NAMES.length);
  expect(await anna?.getByText("ended without a sum").count()).toBe(0);
  expect(await problemsOf(anna as Page)).toEqual([]);

  const sent = await sentBy(anna as Page);
  const named = (name: string) => sent.filter((message) => message.name === name);
  expect(named("round:submit").map(({ content }) => JSON.parse(content).adapter)).toEqual([null, null, null]);
  expect(named("adapter")).toEqual([]);
  expect(named("masked values").length).toBeGreaterThanOrEqual(2);

  // Nobody's figures were told, the means come from the sums, and each tab shows its owner its own.
  const mine = anna?.getByRole("region", { name: /^You, so far|Which serves you best$/ });
  await mine?.getByText("nobody else sees them").waitFor();
  expect(await mine?.getByText(/training loss \d/).count()).toBe(1);
  // The last round shares no adapter, and its figures are summed all the same.
  const [, federationId = "", token = ""] = /join\/([^#]+)#(.+)$/.exec(inviteUrl) ?? [];
  const { rounds } = await stage.organiser.watch(federationId, token);
  expect(rounds.at(-1)).toMatchObject({ stage: "fusing", exchanges: 1 });
  expect(rounds.at(-1)?.means?.accuracy.fused).toBeGreaterThan(0);
  await anna?.getByRole("region", { name: "Clients" }).getByText("0 of 3 clients tell their figures here").waitFor();
  expect(sent.filter(({ content }) => /"trainLoss":\d/.test(content))).toEqual([]);

  // The list of the tab that was reloaded, as a file, is what the coordinator has on record.
  const verification = await verifiedListOf(bram as Page, inviteUrl);
  expect(verification).toMatchObject({ isSound: true });
  expect(verification.findings.filter(({ verdict }) => verdict === "recorded" || verdict === "stored")).toHaveLength(15);
  expect(verificationText(verification)).toMatch(/sum 1, step "input": recorded as sent/);
  await Promise.all(tabs.map(({ context }) => context.close()));
});

/** Downloads what left this tab, and checks it. */
async function verifiedListOf(page: Page, link: string): Promise<Verification> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download the list" }).click(),
  ]);
  const ledger = ledgerFile.parse(JSON.parse(await readFile(await download.path(), "utf8")));
  expect(ledger.entries.some(({ madeFrom }) => /made from \d+ training rows.*masked/.test(madeFrom))).toBe(true);
  expect(JSON.stringify(ledger)).not.toContain(link.split("#")[1]);
  return verifyLedger(ledger, await recordByLink(ledger, link));
}
