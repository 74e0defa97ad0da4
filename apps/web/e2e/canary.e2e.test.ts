/** Under secure sums and with noise that hides single rows: no word of anyone's data leaves a tab or is stored. */
import { readdir, readFile } from "node:fs/promises";
import { join as pathOf } from "node:path";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { expect, it, onTestFinished } from "vitest";
import { createFreshDatabase, databaseRows } from "../../../tools/testing/freshDatabase.ts";
import { CANARY_PARTS, canaryRuns, withCanary } from "./support/canary.ts";
import { join, type Participant } from "./support/participant.ts";
import { startStage } from "./support/stage.ts";
import { occurrences, recordWire, tokenOccurrences, type Wire } from "./support/wire.ts";

const DEADLINE_MS = 120_000;
const NAMES = ["anna", "bram", "chen"];
const scenario = logsScenario({ clients: NAMES.length, seed: 11, rowsPerClient: 60 });

/** Every file below a folder. */
async function filesOf(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFile(pathOf(parentPath, name))));
}

it("in a secure sum with privacy of rows no word of anyone's data leaves a tab or is stored, as text or as tokens", async () => {
  const database = await createFreshDatabase();
  const stage = await startStage({}, database);
  onTestFinished(() => stage.close());
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const federation = await stage.open(
    defaultFederation({
      name: "canary",
      model,
      task: scenario.task,
      aggregation: "secure",
      minClients: NAMES.length,
      rounds: 2,
      localSteps: 4,
      innerSteps: 3,
      training: { batchSize: 8, maxTokens: 32, privacy: { epsilon: 8, clip: 1 } },
    }),
  );
  const wires: Wire[] = [];
  const given: Buffer[] = [];
  const tabs: Participant[] = [];
  for (const [index, name] of NAMES.entries()) {
    const file = await stage.writeRows(name, withCanary(scenario.clients[index]?.rows ?? []));
    given.push(await readFile(file));
    tabs.push(
      await join(
        stage.browser,
        federation.inviteUrl,
        { name, file, input: "input", answer: "answer" },
        { deadlineMs: DEADLINE_MS, onPage: (page) => void wires.push(recordWire(page)) },
      ),
    );
  }
  const finished = await federation.until("the end", ({ endedAt }) => endedAt !== null, 240_000);
  expect(finished.phase).toBe("finished");
  // All took part: their rows went into every sum, and some of each one's epsilon was spent on them.
  const federated = finished.rounds.filter((round) => round.stage === "federated");
  expect(federated.map(({ exchanges, aggregated }) => [exchanges, aggregated.length])).toEqual([
    [1, NAMES.length],
    [1, NAMES.length],
  ]);
  const spent = finished.clients.map(({ history }) => history.at(-1)?.metrics.privacy?.epsilon ?? 0);
  for (const epsilon of spent) expect(epsilon > 0 && epsilon <= 8).toBe(true);
  expect(wires.map((wire) => occurrences(wire, ["exchange:send"]) > 0)).toEqual([true, true, true]);
  expect(finished.clients.map(({ bytesUp }, tab) => (wires[tab]?.bodyBytes ?? 0) >= bytesUp && bytesUp > 0)).toEqual([
    true,
    true,
    true,
  ]);

  const inDatabase = database.url === null ? [] : await databaseRows(database.url);
  const stored = { sent: [...(await filesOf(stage.dataDir)), ...inDatabase] };
  expect(occurrences(stored, [finished.clients[0]?.id as string])).toBeGreaterThan(0);
  // The search finds it in what the tabs were given.
  expect(occurrences({ sent: given }, CANARY_PARTS)).toBe(NAMES.length);
  expect(wires.map((wire) => occurrences(wire, CANARY_PARTS))).toEqual([0, 0, 0]);
  expect(occurrences(stored, CANARY_PARTS)).toBe(0);
  // Nor what the base reads in place of words.
  const runs = canaryRuns("models/use-lite/tokenizer.json");
  expect(runs.length).toBeGreaterThan(4);
  expect(wires.map((wire) => tokenOccurrences(wire, runs))).toEqual([0, 0, 0]);
  expect(tokenOccurrences(stored, runs)).toBe(0);
  await Promise.all(tabs.map(({ context }) => context.close()));
});
