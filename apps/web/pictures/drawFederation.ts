/** One federation of three tabs from the invitation to its result, held still where it is to be seen. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { Page } from "playwright";
import { join, type ParticipantData } from "../e2e/support/participant.ts";
import type { OpenFederation, Stage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

const DEADLINE_MS = 240_000;
const NAMES = ["Ward A", "Ward B", "Ward C"] as const;
const ROUNDS = 4;

export async function drawFederation(stage: Stage, shoot: Shoot): Promise<void> {
  const scenario = logsScenario({ clients: NAMES.length, seed: 5, rowsPerClient: 240 });
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const sizes = { localSteps: 30, innerSteps: 15, training: { batchSize: 16, maxTokens: 32 } };
  const patient = { reconnectGraceSeconds: 3600, roundDeadlineSeconds: 900 };
  const shared = { model, task: scenario.task, method: DEMO_METHOD, alone: true, ...sizes, ...patient };
  const federation = await stage.open(defaultFederation({ name: "Night shift", rounds: ROUNDS, minClients: 3, ...shared }));
  const files = await Promise.all(NAMES.map((name, k) => stage.writeRows(name, scenario.clients[k]?.rows ?? [])));
  const dataOf = (k: number): ParticipantData => ({
    name: NAMES[k] ?? "",
    file: files[k] ?? "",
    input: "input",
    answer: "answer",
  });

  await drawJoining(stage, federation, dataOf(0), shoot);
  const mine = await join(stage.browser, federation.inviteUrl, dataOf(0), { deadlineMs: DEADLINE_MS });
  const { page, context } = mine;
  await page.getByRole("region", { name: "My tab" }).getByText("Waiting for other clients").waitFor();
  await shoot(page, "waiting");
  await join(stage.browser, federation.inviteUrl, dataOf(1), { deadlineMs: DEADLINE_MS });
  const late = await join(stage.browser, federation.inviteUrl, dataOf(2), { deadlineMs: DEADLINE_MS });

  // One is away: its round waits for it, and stands still meanwhile.
  await federation.until("round 3", ({ openRound }) => openRound?.round === 3, DEADLINE_MS);
  const address = late.page.url();
  await late.page.goto("about:blank");
  await federation.until(
    "two of three",
    ({ openRound }) => openRound?.round === 3 && openRound.submitted.length === 2,
    DEADLINE_MS,
  );
  await shoot(page, "running");
  const watcher = await stage.browser.newPage();
  await watcher.goto(federation.watchUrl);
  await watcher.getByRole("region", { name: "Rounds", exact: true }).waitFor();
  await shoot(watcher, "watching");
  await watcher.goto(`${stage.url}/organise/${federation.federationId}#${federation.organiserKey}`);
  await watcher.getByRole("button", { name: "New link: invite link" }).waitFor();
  await shoot(watcher, "organise");
  await stage.withoutCoordinator(async () => {
    await page.getByRole("alert").filter({ hasText: "The coordinator is away" }).waitFor({ timeout: DEADLINE_MS });
    await shoot(page, "coordinator-away");
  });
  await late.page.goto(address);

  await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  await page.getByRole("region", { name: "Use it" }).waitFor();
  await shoot(page, "result");
  await drawResult(page, shoot);
  await watcher.goto(federation.watchUrl);
  await watcher.getByText("took part").first().waitFor();
  await shoot(watcher, "watching-finished");
  await watcher.goto(federation.inviteUrl);
  await watcher.getByRole("heading", { level: 1 }).waitFor();
  await shoot(watcher, "join-finished");

  const again = await stage.open(defaultFederation({ name: "Day shift", rounds: 1, minClients: 1, ...shared }));
  const second = await join(stage.browser, again.inviteUrl, dataOf(1), { deadlineMs: DEADLINE_MS, context });
  await second.page.getByRole("region", { name: "Use it" }).waitFor();
  await drawComingBack(stage, second.page, shoot);
}

async function drawJoining(stage: Stage, { inviteUrl }: OpenFederation, data: ParticipantData, shoot: Shoot): Promise<void> {
  const page = await stage.browser.newPage();
  await page.goto(inviteUrl);
  await page.getByRole("textbox", { name: "Your name" }).fill(data.name);
  await shoot(page, "join");
  const lines = Array.from({ length: 60 }, (_, k) => `message number ${k} of a disk,wrong\n`).join("");
  const refused = { name: "rows.csv", mimeType: "text/csv", buffer: Buffer.from(`text,level\n${lines}`) };
  await page.getByLabel("Data file").setInputFiles(refused);
  await page.getByRole("combobox", { name: "Answer column" }).selectOption("level");
  await page.getByRole("alert").waitFor();
  await shoot(page, "join-refused");
  await page.getByRole("button", { name: "Choose other data" }).click();
  await page.getByLabel("Data file").setInputFiles(data.file);
  await page.getByRole("button", { name: "Join and train", disabled: false }).waitFor();
  await page.getByRole("region", { name: "As the model reads them" }).waitFor();
  await shoot(page, "join-ready");
  await page.getByRole("button", { name: "Check this device" }).click();
  await page.getByText("of computing for you").waitFor({ timeout: DEADLINE_MS });
  await shoot(page, "join-checked");
  await page.close();
}

async function drawResult(page: Page, shoot: Shoot): Promise<void> {
  const slider = page.getByRole("slider", { name: "Round that is shown" });
  await slider.press("Home");
  await slider.press("ArrowRight");
  await slider.press("ArrowRight");
  await shoot(page, "replay");
  await slider.press("End");
  await page.getByRole("button", { name: "Look inside" }).click();
  await page.getByRole("dialog").getByRole("table").waitFor();
  await shoot(page, "what-left");
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill("disk failure on node 7, sector cannot be read");
  await page.getByRole("button", { name: "Ask all" }).click();
  await page.getByRole("region", { name: "fused", exact: true }).getByLabel("Probabilities").waitFor();
  await shoot(page, "playground");
}

async function drawComingBack(stage: Stage, page: Page, shoot: Shoot): Promise<void> {
  await page.goto(stage.url);
  await page.getByRole("article", { name: "Night shift" }).waitFor();
  await shoot(page, "front-again");
  for (const name of ["Night shift", "Day shift"]) await page.getByRole("checkbox", { name: `Compare ${name}` }).check();
  await page.getByRole("link", { name: "Compare these 2" }).click();
  await page.getByRole("table").waitFor();
  await shoot(page, "compare");
  await page.goto(stage.url);
  await page.getByRole("button", { name: "Forget my data of Day shift" }).click();
  await page.getByRole("dialog").waitFor();
  await shoot(page, "forget");
}
