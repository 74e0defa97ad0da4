/** A tab that a round did not wait for: its line was too slow, and the deadline passed. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HeldUpload, holdUploads } from "./support/heldUpload.ts";
import { join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 180_000;
const ROUND_SECONDS = 45;
const scenario = logsScenario({ clients: 2, seed: 11, rowsPerClient: 40 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("is told that the round ended without it and why, and goes on with the next one by itself", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const sizes = { minClients: 2, rounds: 3, localSteps: 2, innerSteps: 2, training: { batchSize: 4, maxTokens: 16 } };
  const federation = await stage.open(
    defaultFederation({
      ...{ name: "Night shift", model, task: scenario.task, method: DEMO_METHOD, ...sizes },
      ...{ roundDeadlineSeconds: ROUND_SECONDS, reconnectGraceSeconds: 600 },
    }),
  );
  const dataOf = async (name: string, client: number) => {
    const file = await stage.writeRows(name, scenario.clients[client]?.rows ?? []);
    return { name, file, input: "input", answer: "answer" };
  };
  const options = { backend: "wasm", deadlineMs: DEADLINE_MS };
  const holds: Promise<HeldUpload>[] = [];
  const onPage = (page: Parameters<typeof holdUploads>[0]) => void holds.push(holdUploads(page));
  const slow = await join(stage.browser, federation.inviteUrl, await dataOf("Ward B", 1), { ...options, onPage });
  const other = await join(stage.browser, federation.inviteUrl, await dataOf("Ward A", 0), options);
  const [line] = await Promise.all(holds);
  await line?.held;
  const mine = slow.page.getByRole("region", { name: "My tab" });
  await mine.getByText("Sending this round's result").waitFor();

  await federation.until("a round without it", ({ rounds }) => rounds[0]?.aggregated.length === 1, DEADLINE_MS);
  await mine
    .getByText("A round ended without this tab: it did not answer in time. It goes on with the next one by itself.")
    .waitFor();
  const others = other.page.getByRole("region", { name: "Clients" }).getByRole("row", { name: /^Ward B/ });
  await others.getByText("here · did not answer in time").waitFor();
  expect(await problemsOf(slow.page)).toEqual([]);

  await line?.release();
  const finished = await federation.until("the end", ({ phase }) => phase === "finished", DEADLINE_MS);
  expect(finished.rounds[0]?.aggregated).toHaveLength(1);
  expect(finished.rounds.at(-1)?.aggregated).toHaveLength(2);
  await slow.page.getByText("Finished", { exact: true }).first().waitFor();
  await Promise.all([slow.context.close(), other.context.close()]);
});
