/** Tabs that fail: a GPU that is lost, a memory that is full, and a loss that is no number. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { endMemory, loseDevice } from "../e2e/support/failingDevices.ts";
import { hugeAdapter } from "../e2e/support/hugeAdapter.ts";
import { join } from "../e2e/support/participant.ts";
import type { Stage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

const DEADLINE_MS = 240_000;
const scenario = logsScenario({ clients: 1, seed: 11, rowsPerClient: 60 });

export async function drawDevices(stage: Stage, shoot: Shoot): Promise<void> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const task = scenario.task;
  const sizes = { rounds: 1, localSteps: 60, innerSteps: 1, training: { batchSize: 2, maxTokens: 16 }, minClients: 1 };
  const federation = await stage.open(defaultFederation({ name: "Night shift", model, task, ...sizes }));
  const file = await stage.writeRows("device", scenario.clients[0]?.rows ?? []);
  const data = { name: "Ward A", file, input: "input", answer: "answer" };
  const tab = await join(stage.browser, federation.inviteUrl, data, { backend: "webgpu", deadlineMs: DEADLINE_MS });
  await federation.until("training", ({ clients: [client] }) => client?.progress?.activity === "training", DEADLINE_MS);
  await loseDevice(tab.page);
  await tab.page.getByText("The graphics device was lost").first().waitFor({ timeout: DEADLINE_MS });
  await shoot(tab.page, "device-lost");
  await tab.context.close();

  const full = await stage.browser.newPage();
  await full.goto(federation.inviteUrl.replace(/#/, "?backend=wasm#"));
  await full.getByRole("textbox", { name: "Your name" }).fill("Ward B");
  await full.getByLabel("Data file").setInputFiles(file);
  await full.getByRole("button", { name: "Join and train", disabled: false }).waitFor();
  await endMemory(full);
  await full.getByRole("button", { name: "Join and train" }).click();
  await full.getByRole("alert").filter({ hasText: "There is no room for" }).waitFor({ timeout: DEADLINE_MS });
  await shoot(full, "out-of-memory");
  await full.close();

  const both = { method: DEMO_METHOD, preset: "paper", labelVectors: null, ...sizes };
  const config = defaultFederation({ name: "Night shift", model, task, ...both });
  const adapter = await hugeAdapter(stage, config);
  const { inviteUrl } = await stage.open(config);
  const broken = await join(stage.browser, inviteUrl, { ...data, adapter }, { backend: "wasm", deadlineMs: DEADLINE_MS });
  await broken.page.getByRole("alert").filter({ hasText: "The loss is not a number" }).waitFor();
  await shoot(broken.page, "no-number");
  await broken.context.close();
}
