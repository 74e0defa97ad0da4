/** A tab whose GPU is taken away in the middle of a round. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loseDevice } from "./support/failingDevices.ts";
import { join } from "./support/participant.ts";
import { type Stage, startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 11, rowsPerClient: 16 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("goes on with wasm when the GPU is lost during a round, as the same client", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const config = defaultFederation({
    name: "device loss",
    model,
    task: scenario.task,
    // Five fusion evaluations.
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

  const finished = await federation.until("the end", ({ endedAt }) => endedAt !== null, 240_000);
  expect(finished.phase).toBe("finished");
  expect(finished.clients).toHaveLength(1);
  expect(finished.clients[0]).toMatchObject({ id: running.clients[0]?.id, device: { backend: "wasm" } });
  expect(finished.clients[0]?.history.map(({ round }) => round)).toEqual([0, 1, 2]);
  await tab.context.close();
});
