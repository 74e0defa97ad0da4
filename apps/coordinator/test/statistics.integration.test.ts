/** Before the first round a real coordinator and its clients sum what rows are like: what comes of it, and what the coordinator has of it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { statisticsLayout } from "@duet/lora-core/federation/statisticsVector";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { packedBytes } from "@duet/lora-core/secureAggregation/packedVector";
import {
  distanceOf,
  type RowStatistics,
  statisticsOf,
  unlikenessOf,
  withoutPart,
} from "@duet/lora-core/statistics/rowStatistics";
import { random } from "@duet/lora-core/tensors/random";
import { pino } from "pino";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation } from "./support/federations.ts";
import { joinSumming, type SummingClient } from "./support/summingClient.ts";
import { codeOfRefusal } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const LABELS = ["burns", "colds", "rashes", "strains"];
const NAMES = ["anna", "bram", "cleo"];
/** Rows of each label at each client: numbers that stand nowhere else. */
const COUNTS = [
  [7919, 104, 0, 613],
  [0, 6841, 211, 0],
  [1223, 0, 9973, 1609],
];
const changes: Partial<FederationConfig> = {
  ...{ aggregation: "secure", robustness: { kind: "none" }, minClients: 3, maxClients: 5 },
  ...{ task: { kind: "label", labels: LABELS }, statistics: "pause" },
};

function rowsOf(counts: readonly number[]): RowStatistics {
  const draw = random(
    counts.reduce((sum, count) => sum + count, 0),
    "lengths",
  );
  return statisticsOf(
    counts.flatMap((count, label) => Array.from({ length: count }, () => ({ label, tokens: 3 + Math.floor(60 * draw()) }))),
    LABELS.length,
  );
}
const OWN = COUNTS.map(rowsOf);

const counting = ({ statistics }: Snapshot) => statistics?.exchange != null;

/** Everything that the coordinator has: its folder as it lies there, and its journal. */
async function stored(coordinator: CoordinatorUnderTest): Promise<readonly Buffer[]> {
  const found = (await readdir(coordinator.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  // What a sum no longer needs is deleted meanwhile.
  const files = found.map(({ name, parentPath }) => readFile(join(parentPath, name)).catch(() => Buffer.alloc(0)));
  const journal = await inDatabase(coordinator, (database) => database.selectFrom("events").selectAll().execute());
  return [...(await Promise.all(files)), ...journal.map((row) => Buffer.from(Object.values(row).join(" ")))];
}

/** One client's counts as they would be found: as JSON, as they would be packed, and as the number that is nowhere else. */
function tracesOf({ labels, lengths }: RowStatistics): readonly Buffer[] {
  const packed = (counts: readonly number[]) => Buffer.from(Uint32Array.from(counts).buffer);
  return [Buffer.from(JSON.stringify(labels)), Buffer.from(JSON.stringify(lengths)), packed(labels), packed(lengths)];
}

async function joinedAll(coordinator: CoordinatorUnderTest) {
  const { organiser, created } = await createFederation(coordinator.url, changes);
  const clients: SummingClient[] = [];
  for (const [k, name] of NAMES.entries()) {
    clients.push(await joinSumming(coordinator, created, name, { train: OWN[k]?.rows ?? 0 }));
  }
  await organiser.until(counting, "the sum of what rows are like");
  return { organiser, created, clients };
}

test("three clients learn what all rows are like, and the coordinator never has one client's counts", async () => {
  const lines: string[] = [];
  const coordinator = await startCoordinator({
    logger: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
  });
  const { organiser, clients, created } = await joinedAll(coordinator);
  const { federationId, organiserKey } = created;
  const seen: Buffer[] = [];
  const inputs: Uint8Array[] = [];
  for (const step of EXCHANGE_STEPS) {
    for (const [k, client] of clients.entries()) {
      // Before the last answer, with which what is not needed any more is deleted.
      if (k === 2) seen.push(...(await stored(coordinator)));
      const sent = await client.count(step, OWN[k] as RowStatistics);
      if (step === "input") inputs.push(sent);
    }
  }
  const snapshot = await organiser.until(({ statistics }) => statistics?.made != null, "what all rows are like");
  const kept = Buffer.concat(await stored(coordinator));
  seen.push(kept, Buffer.from(lines.join("\n")), Buffer.from(JSON.stringify(snapshot)));

  // Nothing that was ever stored, logged or told has one client's counts; the sum is there, so that it would have been found.
  const everything = Buffer.concat(seen);
  expect(kept.includes(Buffer.from(JSON.stringify(snapshot.statistics?.made?.sum.labels)))).toBe(true);
  for (const own of OWN) for (const trace of tracesOf(own)) expect(everything.includes(trace)).toBe(false);
  const bytes = packedBytes(statisticsLayout({ labels: LABELS.length, maxClients: 5 }));
  expect(inputs.map(({ byteLength }) => byteLength)).toEqual([bytes, bytes, bytes]);
  expect(inputs.some((input) => everything.includes(Buffer.from(input)))).toBe(true);

  // It is known to all before a round is open, and the organiser lets them go on.
  expect(snapshot.phase).toBe("paused");
  expect(snapshot.openRound).toBeNull();
  expect(snapshot.rounds).toEqual([]);
  const made = snapshot.statistics?.made;
  if (!made) throw new Error("Nothing was made");
  const { labelNats, ...sum } = made.sum;
  expect(made.clients.toSorted()).toEqual(clients.map(({ clientId }) => clientId).toSorted());
  const total = (pick: (own: RowStatistics) => number) => OWN.reduce((all, own) => all + pick(own), 0);
  expect(sum).toEqual({
    rows: total(({ rows }) => rows),
    labels: LABELS.map((_, at) => total(({ labels }) => labels[at] ?? 0)),
    lengths: (OWN[0] as RowStatistics).lengths.map((_, at) => total(({ lengths }) => lengths[at] ?? 0)),
    present: 8,
  });
  expect(Math.abs(labelNats - total((own) => own.labelNats))).toBeLessThanOrEqual(0.15);
  expect(unlikenessOf(made.sum, 3)).toBeGreaterThan(0.5);
  const [anna] = OWN as [RowStatistics];
  const rest = withoutPart(made.sum, anna);
  expect(rest.labels).toEqual(LABELS.map((_, at) => (COUNTS[1]?.[at] ?? 0) + (COUNTS[2]?.[at] ?? 0)));
  expect(distanceOf(anna.labels, rest.labels)).toBeGreaterThan(0.5);

  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "resume" } });
  const opened = await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  expect(opened.statistics?.made).toEqual(made);
  // The sum of the round itself follows, with keys of its own, and the same devices answer it.
  for (const client of clients) await client.ready(1);
  for (const step of EXCHANGE_STEPS) for (const client of clients) await client.answer(1, step, constantAdapter(0.1));
  const summed = await organiser.until(({ rounds }) => rounds[0]?.closedAt != null, "the sum of round 1");
  expect(summed.rounds[0]).toMatchObject({ round: 1, aggregated: expect.arrayContaining(made.clients) });
});

test("a coordinator that is killed in between goes on with the sum, and a client that comes back with the same counts", async () => {
  const coordinator = await startCoordinator();
  const { created, clients } = await joinedAll(coordinator);
  const own = (k: number) => OWN[k] as RowStatistics;
  for (const step of ["keys", "shares"] as const) for (const [k, client] of clients.entries()) await client.count(step, own(k));
  await clients[0]?.count("input", own(0));
  await coordinator.restart();
  const back: SummingClient[] = [];
  for (const [k, earlier] of clients.entries()) {
    const { name, store } = earlier;
    back.push(await joinSumming(coordinator, created, name, { train: own(k).rows, earlier, store }));
  }
  for (const [k, client] of back.entries()) if (k > 0) await client.count("input", own(k));
  for (const step of ["agree", "unmask"] as const) for (const [k, client] of back.entries()) await client.count(step, own(k));
  const made = await back[0]?.client.until(({ statistics }) => statistics?.made != null, "what all rows are like");
  expect(made?.statistics?.made?.sum.rows).toBe(OWN.reduce((all, { rows }) => all + rows, 0));
  expect(made?.phase).toBe("paused");
});

test("without secure sums, or with an epsilon, nobody is asked", async () => {
  const { url } = await startCoordinator();
  const plain = { aggregation: "plain", robustness: { kind: "clip" } } as Partial<FederationConfig>;
  expect(await codeOfRefusal(createFederation(url, { ...changes, ...plain }))).toBe("INVALID_PAYLOAD");
});
