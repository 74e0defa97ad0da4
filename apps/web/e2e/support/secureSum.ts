import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { expect } from "vitest";
import { join } from "./participant.ts";
import type { Stage } from "./stage.ts";

/** Two tabs in Chromium and one that `joinIn` joins with in another browser: every round's first secure sum is of all three, and figures are summed in the end. */
export async function expectSecureSums(
  stage: Stage,
  deadlineMs: number,
  joinIn: (inviteUrl: string, file: string) => Promise<void>,
): Promise<void> {
  const model = (await stage.organiser.offer()).models.find((offered) => offered.name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const scenario = logsScenario({ clients: 3, seed: 5, rowsPerClient: 40 });
  const small = { rounds: 2, localSteps: 3, innerSteps: 2, training: { batchSize: 4, maxTokens: 24 } };
  const config = defaultFederation({ name: "Night shift", model, task: scenario.task, aggregation: "secure", ...small });
  const federation = await stage.open(config);
  const [own = "", ...others] = await Promise.all(scenario.clients.map(({ rows }, k) => stage.writeRows(`rows ${k}`, rows)));
  await joinIn(federation.inviteUrl, own);
  for (const [k, file] of others.entries()) {
    const data = { name: `chromium ${k}`, file, input: "input", answer: "answer" };
    await join(stage.browser, federation.inviteUrl, data, { deadlineMs });
  }
  const { clients, rounds } = await federation.until("the end", ({ phase }) => phase === "finished", deadlineMs);
  const ids = clients.map(({ id }) => id).toSorted();
  for (const { exchanges, aggregated } of rounds) expect([exchanges, aggregated.toSorted()]).toEqual([1, ids]);
  expect(rounds.at(-1)?.means?.testRows).toBeGreaterThan(0);
}
