/** Who comes in: approval, names, removal, and the organiser on another device. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFreshDatabase } from "../../../tools/testing/freshDatabase.ts";
import { problemsOf } from "./support/problems.ts";
import { type OpenFederation, type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 120_000;
const scenario = logsScenario({ clients: 1, seed: 3, rowsPerClient: 60 });

let stage: Stage;
let file: string;
beforeAll(async () => {
  stage = await startStage({}, await createFreshDatabase());
  file = await stage.writeRows("rows", scenario.clients[0]?.rows ?? []);
});
afterAll(() => stage?.close());

async function opened(name: string): Promise<OpenFederation> {
  const model = (await stage.organiser.offer()).models.find((offered) => offered.name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  return stage.open(defaultFederation({ model, task: scenario.task, rounds: 1, name, minClients: 5 }));
}

/** As on a device of its own. */
async function device(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  await page.goto(url);
  return page;
}

const organiseUrl = ({ federationId, organiserKey }: OpenFederation) => `${stage.url}/organise/${federationId}#${organiserKey}`;

async function fill(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByLabel("Data file").setInputFiles(file);
  await page.getByLabel("Input column").selectOption("input");
  await page.getByLabel("Answer column").selectOption("answer");
}

/** What cannot be taken back is asked first. */
async function answerDialog(page: Page, name: string): Promise<void> {
  const yes = page.getByRole("dialog").getByRole("button", { name, exact: true });
  await yes.waitFor();
  expect(await problemsOf(page, "[role=dialog]")).toEqual([]);
  await yes.click();
}

it("the organiser lets people in, one name each; who was removed cannot come back by the same link", async () => {
  const federation = await opened("admits");
  const organiser = await device(stage.browser, organiseUrl(federation));
  const access = organiser.getByRole("region", { name: "Who comes in" });
  await access.getByText("Ask me").click();
  await access.getByText(/you let each one in/).waitFor();

  const anna = await device(stage.browser, federation.inviteUrl);
  await anna.getByText("The organiser lets people in.").waitFor();
  await fill(anna, "anna");
  await anna.getByRole("button", { name: "Ask to join" }).click();
  await anna.getByRole("region", { name: "My tab" }).getByText("Waiting for the organiser").waitFor();
  await anna.getByRole("status", { name: "Federation status" }).getByText("Waiting to be let in").waitFor();
  expect(await problemsOf(anna)).toEqual([]);
  await anna.reload();
  // The name and the place are kept; the data is connected again.
  await anna.getByRole("textbox", { name: "Your name" }).waitFor();
  expect(await anna.getByRole("textbox", { name: "Your name" }).inputValue()).toBe("anna");
  await fill(anna, "anna");
  await anna.getByRole("button", { name: "Ask to join" }).click();
  // From the lobby this time.
  const lobby = await organiser.context().newPage();
  await lobby.goto(`${stage.url}/created/${federation.federationId}`);
  await lobby.getByText("Who asks to be let in waits until you are back").waitFor();
  const door = lobby.getByRole("region", { name: "Waiting to be let in" });
  await door.getByRole("button", { name: "Let in anna" }).waitFor();
  expect(await problemsOf(lobby)).toEqual([]);
  await door.getByRole("button", { name: "Let in anna" }).click();
  await door.waitFor({ state: "detached" });
  await lobby.close();
  await anna.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();

  const other = await device(stage.browser, federation.inviteUrl);
  await fill(other, "Anna");
  await other.getByText("Somebody here is called that already.").waitFor();
  expect(await problemsOf(other)).toEqual([]);
  await other.getByRole("button", { name: "Take Anna 2" }).click();
  expect(await other.getByRole("textbox", { name: "Your name" }).inputValue()).toBe("Anna 2");

  await organiser.getByLabel("Client to skip or remove").selectOption({ label: "anna" });
  // It asks first, and nothing happens until it is answered.
  await organiser.getByRole("button", { name: "Remove anna…" }).click();
  const asked = organiser.getByRole("dialog", { name: "Remove anna?" });
  await asked.waitFor();
  expect(await problemsOf(organiser)).toEqual([]);
  await asked.getByRole("button", { name: "Keep things as they are" }).click();
  await anna.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
  await organiser.getByRole("button", { name: "Remove anna…" }).click();
  await organiser.getByRole("dialog").getByRole("button", { name: "Remove anna", exact: true }).click();
  const notice = anna.getByRole("alert").getByText("The organiser removed this client");
  await notice.waitFor();
  await anna.getByRole("status", { name: "Federation status" }).getByText("No longer taking part").waitFor();
  // The other one had the same link, and needs the new one too.
  await other.getByText("This link was replaced; ask the organiser for the new one.").waitFor();
  for (const page of [anna, other]) expect(await problemsOf(page)).toEqual([]);
  const again = await device(stage.browser, federation.inviteUrl);
  await again.getByText("This link was replaced; ask the organiser for the new one.").waitFor();
  await organiser.getByRole("button", { name: "Invite", exact: true }).waitFor();
  await Promise.all([organiser, anna, other, again].map((page) => page.context().close()));
});

it("the organiser takes a federation along, deletes it once it is over, and takes another off the list", async () => {
  const federation = await opened("short lived");
  const organiser = await device(stage.browser, organiseUrl(federation));
  const panel = organiser.getByRole("region", { name: "Organiser" });
  await panel.getByRole("button", { name: "Stop the federation…" }).click();
  await answerDialog(organiser, "Stop the federation");
  const press = panel.getByRole("button", { name: "Download the federation" }).click();
  const [file] = await Promise.all([organiser.waitForEvent("download"), press]);
  expect(file.suggestedFilename()).toBe(`federation-${federation.federationId}.tar`);
  await panel.getByRole("button", { name: "Delete the federation…" }).click();
  await answerDialog(organiser, "Delete the federation");
  await organiser.getByRole("button", { name: "Watch it learn" }).waitFor();
  expect(await organiser.getByRole("region", { name: "Yours" }).count()).toBe(0);

  const kept = await opened("goes on");
  await organiser.goto(organiseUrl(kept));
  await panel.waitFor();
  await organiser.goto(stage.url);
  await organiser.getByRole("button", { name: "Take goes on off this list…" }).click();
  await answerDialog(organiser, "Take off this list");
  await organiser.getByRole("status").getByText("goes on was taken off this list").waitFor();
  expect(await problemsOf(organiser)).toEqual([]);
  expect(await organiser.getByRole("region", { name: "Yours" }).count()).toBe(0);
  await organiser.context().close();
});

it("the organiser goes on on another device, and signs it out again", async () => {
  const federation = await opened("two devices");
  const first = await device(stage.browser, organiseUrl(federation));
  const second = await device(stage.browser, organiseUrl(federation));
  for (const page of [first, second]) await page.getByRole("region", { name: "Organiser" }).waitFor();
  await second.goto(stage.url);
  await second.getByRole("region", { name: "Yours" }).getByRole("link", { name: "Open two devices" }).click();
  await second.getByRole("button", { name: "New link: organiser link" }).click();
  // It asks first.
  await answerDialog(second, "New link");
  // This one goes on, also over a reload.
  await first.getByText("This link was replaced; ask the organiser for the new one.").waitFor();
  await second.reload();
  await second.getByRole("region", { name: "Who comes in" }).waitFor();
  expect(await first.getByRole("region", { name: "Who comes in" }).count()).toBe(0);
  await second.getByText("Closed").click();
  const late = await device(stage.browser, federation.inviteUrl);
  await late.getByText("This federation is closed to new clients.").waitFor();
  expect(await problemsOf(late)).toEqual([]);
  await Promise.all([first, second, late].map((page) => page.context().close()));
});
