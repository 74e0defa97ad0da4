/** A tab whose GPU is taken away in the middle of a round, one whose memory is full, and one with a GPU in software. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endMemory, loseDevice } from "./support/failingDevices.ts";
import { introduce, join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 11, rowsPerClient: 16 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("says within seconds that its memory is full, and what to do", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const sizes = { minClients: 1, rounds: 1, localSteps: 2, innerSteps: 1, training: { batchSize: 2, maxTokens: 16 } };
  const federation = await stage.open(defaultFederation({ name: "full", model, task: scenario.task, ...sizes }));
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(federation.inviteUrl.replace(/#/, "?backend=wasm#"));
  await page.getByRole("textbox", { name: "Your name" }).fill("full");
  await page.getByLabel("Data file").setInputFiles(await stage.writeRows("full", scenario.clients[0]?.rows ?? []));
  await page.getByRole("button", { name: "Join and train", disabled: false }).waitFor();
  await endMemory(page);
  await page.getByRole("button", { name: "Join and train" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "There is no room for" });
  await alert.getByText("a federation with a smaller batch needs less memory").waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.close();
});

it("says why it computes without the GPU where that is a software one, before it joins and after", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const federation = await stage.open(defaultFederation({ name: "software", model, task: scenario.task, minClients: 2 }));
  const page = await stage.browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(federation.inviteUrl);
  const file = await stage.writeRows("software", scenario.clients[0]?.rows ?? []);
  await introduce(page, { name: "software", file, input: "input", answer: "answer" });
  await page.getByRole("button", { name: "Check this device" }).click();
  const why = /^The only WebGPU adapter is a software one \(.*swiftshader.*\)\. WebAssembly with /i;
  await page.getByText(why).waitFor();
  await page.getByRole("button", { name: "Join and train", disabled: false }).click();
  const mine = page.getByRole("region", { name: "My tab" });
  await mine.getByText(why).waitFor();
  await mine.getByText(/^backend wasm/).waitFor();
  expect(await problemsOf(page)).toEqual([]);
  await page.close();
});

it("goes on with wasm when the GPU is lost during a round, as the same client", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const config = defaultFederation({
    name: "device loss",
    model,
    task: scenario.task,
    // Five fusion evaluations.
    method: "fdlora",
    preset: "paper",
    minClients: 1,
    rounds: 1,
    localSteps: 10,
    innerSteps: 1,
    training: { batchSize: 2, maxTokens: 16 },
  });
  const federation = await stage.open(config);
  const file = await stage.writeRows("gpu", scenario.clients[0]?.rows ?? []);
  const data = { name: "gpu", file, input: "input", answer: "answer" };
  const tab = await join(stage.browser, federation.inviteUrl, data, { backend: "webgpu", deadlineMs: 240_000 });
  const running = await federation.until(
    "training on the GPU",
    ({ clients: [client] }) => client?.device?.backend === "webgpu" && client.progress?.activity === "training",
    240_000,
  );
  await loseDevice(tab.page);
  await tab.page.getByText("The graphics device was lost").first().waitFor();
  expect(await problemsOf(tab.page)).toEqual([]);

  const finished = await federation.until("the end", ({ endedAt }) => endedAt !== null, 240_000);
  expect(finished.phase).toBe("finished");
  expect(finished.clients).toHaveLength(1);
  expect(finished.clients[0]).toMatchObject({ id: running.clients[0]?.id, device: { backend: "wasm" } });
  expect(finished.clients[0]?.history.map(({ round }) => round)).toEqual([0, 1, 2]);
  await tab.context.close();
});
