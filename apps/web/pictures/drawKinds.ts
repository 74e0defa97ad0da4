/** Federations of other kinds: a secure sum, free text, and a client that is a team. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { join, type Participant } from "../e2e/support/participant.ts";
import type { OpenFederation, Stage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

const DEADLINE_MS = 240_000;
const NAMES = ["Ward A", "Ward B", "Ward C"] as const;
const scenario = logsScenario({ clients: NAMES.length, seed: 5, rowsPerClient: 60 });
const SMALL = { rounds: 2, localSteps: 6, innerSteps: 4, training: { batchSize: 8, maxTokens: 32 } };

export async function drawKinds(stage: Stage, shoot: Shoot): Promise<void> {
  await drawSecureSum(stage, shoot);
  await drawTeam(stage, shoot);
  await drawFreeText(stage, shoot);
}

async function opened(stage: Stage, base: string, choices: Omit<Parameters<typeof defaultFederation>[0], "model">) {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === base);
  if (!model) throw new Error(`${base} is not served`);
  return stage.open(defaultFederation({ model, ...SMALL, ...choices }));
}

const fileOf = (stage: Stage, client: number) => stage.writeRows(`kind-${client}`, scenario.clients[client]?.rows ?? []);

async function joined(stage: Stage, { inviteUrl }: OpenFederation, client: number): Promise<Participant> {
  const data = { name: NAMES[client] ?? "", file: await fileOf(stage, client), input: "input", answer: "answer" };
  return join(stage.browser, inviteUrl, data, { deadlineMs: DEADLINE_MS });
}

async function drawSecureSum(stage: Stage, shoot: Shoot): Promise<void> {
  const federation = await opened(stage, "use-lite", {
    ...{ name: "Secure sum", task: scenario.task, method: "fedavg", aggregation: "secure", minClients: 3 },
  });
  const tabs = [await joined(stage, federation, 0), await joined(stage, federation, 1)];
  const door = await stage.browser.newPage();
  await door.goto(federation.inviteUrl);
  await door.getByRole("textbox", { name: "Your name" }).fill("Ward C");
  await door.getByLabel("Data file").setInputFiles(await fileOf(stage, 2));
  await door.getByRole("button", { name: "Join and train", disabled: false }).waitFor();
  await shoot(door, "join-secure");
  await door.close();
  tabs.push(await joined(stage, federation, 2));
  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  const [first] = tabs;
  await first?.page.getByRole("status", { name: "Words of this federation" }).waitFor();
  if (first) await shoot(first.page, "result-secure");
  await Promise.all(tabs.map(({ context }) => context.close()));
}

async function drawTeam(stage: Stage, shoot: Shoot): Promise<void> {
  const federation = await opened(stage, "use-lite", { name: "Team", task: scenario.task, minClients: 2 });
  const { page: leader, context } = await joined(stage, federation, 0);
  await leader.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
  await leader.getByText("Train as one client with other tabs or laptops").click();
  await leader.getByRole("button", { name: "Make this tab a team" }).click();
  const team = (page: Page) => page.getByRole("region", { name: "My team" });
  await team(leader).getByText("Add a member").click();
  const link = await team(leader).getByRole("textbox", { name: "Team link" }).inputValue();
  const other = await stage.browser.newContext();
  const member = await other.newPage();
  await member.goto(link);
  await member.getByRole("textbox", { name: "Your name" }).fill("laptop 2");
  await member.getByLabel("Data file").setInputFiles(await fileOf(stage, 1));
  await member.getByRole("button", { name: "Help the team", disabled: false }).waitFor();
  await shoot(member, "team-help");
  await member.getByRole("button", { name: "Help the team" }).click();
  await team(member).getByRole("listitem").filter({ hasText: "laptop 2 (this tab)" }).waitFor();
  await team(leader).getByRole("listitem").filter({ hasText: "laptop 2" }).waitFor();
  await shoot(leader, "team-leader");
  await shoot(member, "team-member");
  const third = await joined(stage, federation, 2);
  await member.getByText("The team has finished").waitFor({ timeout: DEADLINE_MS });
  await shoot(member, "team-finished");
  await Promise.all([context.close(), other.close(), third.context.close()]);
}

/** Rows whose answers are texts: what the messages are about, in words. */
async function drawFreeText(stage: Stage, shoot: Shoot): Promise<void> {
  const federation = await opened(stage, "duet-tiny", { name: "Free text", task: { kind: "text" }, rounds: 1, minClients: 1 });
  const { page, context } = await joined(stage, federation, 0);
  await page.getByRole("region", { name: "Use it" }).waitFor({ timeout: DEADLINE_MS });
  await shoot(page, "result-text");
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("textbox", { name: "Input" }).waitFor();
  await shoot(page, "playground-text");
  await context.close();
}
