import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readSafetensors, writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, joinAs, layout, testMetrics } from "./support/federations.ts";
import { keepAsFixture, type StoredFederations, storeFederations } from "./support/storedFederations.ts";
import { connectClient } from "./support/testClient.ts";

const FIXTURES = "apps/coordinator/test/fixtures";

/** Every data folder that a released Duet wrote; docs/recipes/change-a-stored-format.md says how another one is made. */
const generations = (await readdir(FIXTURES)).filter((name) => name.startsWith("data-format-"));

/** A coordinator over a copy of the fixture, of whose running federation `alter` may change a file before. */
async function reopened(
  fixture: string,
  alter: (folder: string) => Promise<void> = async () => {},
): Promise<{ coordinator: CoordinatorUnderTest; stored: StoredFederations }> {
  const coordinator = await startCoordinator();
  await cp(join(FIXTURES, fixture, "federations"), join(coordinator.dataDir, "federations"), { recursive: true });
  const stored: StoredFederations = JSON.parse(await readFile(join(FIXTURES, fixture, "tokens.json"), "utf8"));
  await alter(join(coordinator.dataDir, "federations", stored.running.federationId));
  await coordinator.restart();
  return { coordinator, stored };
}

test.each(generations)("%s opens: what was over is there, what was running runs to its end", async (fixture) => {
  const { coordinator, stored } = await reopened(fixture);
  const watcher = await connectClient(coordinator.url);
  const { federations, unreadable } = await watcher.call("federation:list", {});
  expect(unreadable).toBe(0);
  expect(federations.map(({ name, phase }) => [name, phase])).toEqual([
    ["stored-running", "collecting"],
    ["stored-finished", "finished"],
  ]);
  const { federationId, watchToken: token } = stored.running;
  expect(await watcher.watch(federationId, token)).toMatchObject({
    openRound: { round: 2, attempt: 1 },
    rounds: [{ round: 1, meanLoss: 0.5 }, { round: 2 }],
    clients: [
      { name: "anna", history: [{ round: 1 }, { round: 2 }] },
      { name: "bram", history: [{ round: 1 }] },
    ],
  });

  const [, resumeToken] = stored.resumeTokens;
  const bram = await joinAs(coordinator, stored.running, "bram", { resumeToken });
  const adapter = await bram.client.fetchAdapter(2);
  const start = initialAdapter(layout, 7);
  // After round 1 everyone starts from theta0 minus the mean of 0.2 and 0.4.
  for (const [key, { data }] of decodeAdapter(adapter as Uint8Array, layout)) {
    expect(data[0]).toBeCloseTo((start.get(key)?.data[0] ?? 0) - 0.3, 5);
  }
  await bram.client.submit({ round: 2, adapter: constantAdapter(0.5), metrics: testMetrics() });
  const ended = await watcher.until(({ openRound }) => openRound?.round === 3, "the fusing round");
  expect(ended.rounds[1]?.aggregated).toHaveLength(2);
});

test("what is written now can be kept as a fixture and opens too", async () => {
  const coordinator = await startCoordinator();
  const stored = await storeFederations(coordinator);
  // Set to a folder below test/fixtures when a format changes.
  const target = process.env.DUET_KEEP_FIXTURE ?? join(coordinator.dataDir, "copy");
  await keepAsFixture(coordinator.dataDir, stored, target);
  const folder = join(target, "federations", stored.running.federationId);
  expect(JSON.parse(await readFile(join(folder, "federation.json"), "utf8"))).toMatchObject({ formatVersion: 1 });
  const lines = (await readFile(join(folder, "journal.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).v)).toEqual(lines.map(() => 1));
  for (const file of ["adapters/1.safetensors", "memory/1.safetensors"]) {
    expect(await readFile(join(folder, file), "latin1")).toContain('"duet_format":"1"');
  }
});

const asText = (change: (text: string) => string) => (content: Buffer) => Buffer.from(change(content.toString("utf8")));

test.each<[string, (content: Buffer) => Uint8Array, RegExp]>([
  [
    "federation.json",
    asText((text) => text.replace('"formatVersion": 1', '"formatVersion": 2')),
    /its federation\.json was made by a newer Duet/,
  ],
  ["journal.jsonl", asText((text) => `${text}{"v":2,"event":{}}\n{"torn`), /line 7 of its journal was made by a newer Duet/],
  ["journal.jsonl", asText((text) => text.replace(/\n.*\n/, "\n{broken\n")), /line 2 of its journal is damaged/],
  [
    "adapters/1.safetensors",
    (content) => writeSafetensors(readSafetensors(content), { duet_format: "2" }),
    /adapters\/1\.safetensors was made by a newer Duet/,
  ],
  ["adapters/1.safetensors", (content) => content.subarray(0, -8), /adapters\/1\.safetensors is damaged: /],
])("a federation with another %s is left as it is, and its link says why", async (file, change, reason) => {
  let changed = Buffer.alloc(0);
  const { coordinator, stored } = await reopened("data-format-1", async (folder) => {
    changed = Buffer.from(change(await readFile(join(folder, file))));
    await writeFile(join(folder, file), changed);
  });
  const client = await connectClient(coordinator.url);
  const { federationId, watchToken: token } = stored.running;
  const watching = client.call("federation:watch", { federationId, token });
  await expect(watching).rejects.toThrow(/^NOT_READABLE: This federation cannot be opened any more: /);
  await expect(watching).rejects.toThrow(reason);
  expect((await client.call("federation:list", {})).unreadable).toBe(1);
  const after = await readFile(join(coordinator.dataDir, "federations", federationId, file));
  expect(Buffer.compare(after, changed)).toBe(0);
});
