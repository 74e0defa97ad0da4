/** A tab whose loss is no number, because it started from an adapter of values that no base can take. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hugeAdapter } from "./support/hugeAdapter.ts";
import { introduce, join } from "./support/participant.ts";
import { problemsOf } from "./support/problems.ts";
import { type Stage, startStage } from "./support/stage.ts";

const DEADLINE_MS = 90_000;
const scenario = logsScenario({ clients: 2, seed: 11, rowsPerClient: 40 });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

it("says so and what to do, is not waited for, and comes in with other data; the others go on", async () => {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const config = defaultFederation({
    ...{ name: "Night shift", model, task: scenario.task, method: DEMO_METHOD, preset: "paper", labelVectors: null },
    ...{ minClients: 2, rounds: 200, localSteps: 3, innerSteps: 2, training: { batchSize: 4, maxTokens: 16 } },
    ...{ roundDeadlineSeconds: 3600, reconnectGraceSeconds: 2 },
  });
  const federation = await stage.open(config);
  const [first, second] = await Promise.all(
    ["first", "second"].map((name, client) => stage.writeRows(name, scenario.clients[client]?.rows ?? [])),
  );
  const columns = { input: "input", answer: "answer" };
  const broken = { name: "Ward B", file: second ?? "", ...columns };
  const options = { backend: "wasm", deadlineMs: DEADLINE_MS };
  const adapter = await hugeAdapter(stage, config);
  const { page, context } = await join(stage.browser, federation.inviteUrl, { ...broken, adapter }, options);
  const other = await join(stage.browser, federation.inviteUrl, { name: "Ward A", file: first ?? "", ...columns }, options);

  const mine = page.getByRole("region", { name: "My tab" });
  const alert = mine.getByRole("alert").filter({ hasText: "The loss is not a number after step 1." });
  await alert.getByText("If you brought an adapter to start from, join without it.").waitFor();
  await page.getByText("stopped", { exact: true }).waitFor();
  expect(await mine.getByRole("listitem").filter({ hasText: "Train" }).getAttribute("aria-current")).toBe("step");
  expect(await problemsOf(page)).toEqual([]);

  // Nobody waits an hour for it.
  await federation.until("a round without it", ({ rounds }) => rounds.some(({ closedAt }) => closedAt !== null));
  await other.page.getByText("Ward B did not come back").first().waitFor();

  await mine.getByRole("button", { name: "Join with other data" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Join with other data" }).click();
  await introduce(page, { ...broken, name: "Ward B again" });
  await page.getByRole("button", { name: "Join and train" }).click();
  await federation.until("its answer", ({ clients }) => {
    const again = clients.find(({ name }) => name === "Ward B again");
    return again !== undefined && again.history.length > 0;
  });
  await Promise.all([context.close(), other.context.close()]);
});
