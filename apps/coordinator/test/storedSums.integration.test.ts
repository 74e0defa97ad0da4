/**
 * Everything that a real coordinator has of a secure federation — database with journal, blobs, log, what it tells — over two runs. In the
 * second two clients have swapped their updates, of one norm. But for what has to be random, nothing differs.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { sumSizeOf, updateVectorBytes, updateVectorLayout } from "@duet/lora-core/federation/updateVector";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { sumErrorOf } from "@duet/lora-core/secureAggregation/fixedPoint";
import { chiSquareOf, SUSPICIOUS } from "@duet/lora-core/secureAggregation/testing/uniformity";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { pino } from "pino";
import { expect, test } from "vitest";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, duetTiny } from "./support/federations.ts";
import { joinSumming } from "./support/summingClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const NAMES = ["anna", "bram", "cleo"];
const TABLES = ["federations", "events", "artifacts", "admissions", "ended_sessions"] as const;
/** Wide, so that masked bytes are many enough to be told from others. */
const ADAPTER: FederationConfig["adapter"] = { rank: 24, alpha: 48, dropout: 0, targetModules: ["q_proj", "v_proj"] };
const LAYOUT: AdapterLayout = adapterLayout(parseArchitecture(duetTiny.config).linears, ADAPTER);

/** Of one norm, in pairs of values the same two turned around. */
const large = (i: number) => (i % 2 === 0 ? 0.028 : 0.001);
const UPDATES: readonly ((i: number) => number)[] = [large, (i) => large(i + 1), (i) => 0.0001 * (i % 200)];
const RUNS = [
  [0, 1, 2],
  [1, 0, 2],
];

function updateOf(which: number): Uint8Array<ArrayBuffer> {
  const of = UPDATES[which] as (i: number) => number;
  const tensors: NamedTensors = new Map(
    LAYOUT.map(({ key, shape }) => [key, { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => of(i)) }]),
  );
  return new Uint8Array(encodeAdapter(tensors, LAYOUT));
}

/** What a coordinator had, at any time of a run; texts without what has to be random. */
interface Recorded {
  readonly config: FederationConfig;
  readonly log: readonly string[];
  /** Of every table, as it was after every step. */
  readonly rows: readonly string[];
  /** What whoever has a link was told after every step. */
  readonly told: readonly string[];
  /** By their names: every blob that was ever stored; messages as texts. */
  readonly blobs: Map<string, Buffer | string>;
}

async function recorded(upload: UploadCoding, updates: readonly number[]): Promise<Recorded> {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const coordinator = await startCoordinator({ logger });
  const wanted = { aggregation: "secure", robustness: { kind: "none" }, minClients: 3, maxClients: 5 } as const;
  const { organiser, created } = await createFederation(coordinator.url, { ...wanted, adapter: ADAPTER, upload });
  const clients = [];
  for (const name of NAMES) clients.push(await joinSumming(coordinator, created, name));
  const names = new Map([[created.federationId, "ward"], ...clients.map(({ clientId, name }) => [clientId, name] as const)]);
  const known = (text: string) => faceless(text, names);
  const [rows, told, blobs] = [[] as string[], [] as string[], new Map<string, Buffer | string>()];
  const called = new Set<string>();
  let snapshot: Snapshot = await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  const look = async () => {
    told.push(known(JSON.stringify(snapshot)));
    rows.push(...(await everyRow(coordinator)).map(known));
    for (const { file, name, content } of await everyBlob(coordinator)) {
      if (name !== null) called.add(file);
      const message = messageIn(content);
      blobs.set(
        name === null ? unnamed(file) : blobName(name, names),
        message === null ? content : known(inOneOrder(message, names)),
      );
    }
  };
  // One after the other, so that the journal has one order.
  for (const client of clients) await client.ready(1);
  for (const step of EXCHANGE_STEPS) {
    for (const [k, client] of clients.entries()) {
      await client.answer(1, step, updateOf(updates[k] as number));
      if (k === 1) await look();
    }
    const isOver = ({ openRound }: Snapshot) => openRound?.round !== 1 || openRound.exchange?.step !== step;
    snapshot = await organiser.until(isOver, `the end of ${step}`);
    await look();
  }
  snapshot = await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await look();
  const { config } = snapshot;
  // Between storing and naming, and between forgetting and deleting, a file has no name for a moment.
  for (const file of called) blobs.delete(unnamed(file));
  return { config, log: lines.map(known), rows, told, blobs };
}

const everyRow = (coordinator: CoordinatorUnderTest) =>
  inDatabase(coordinator, async (database) => {
    const found = [];
    for (const table of TABLES) {
      for (const row of await database.selectFrom(table).selectAll().execute()) found.push(`${table} ${JSON.stringify(row)}`);
    }
    return found;
  });

interface FoundBlob {
  readonly file: string;
  /** That a federation has for it, if any. */
  readonly name: string | null;
  readonly content: Buffer;
}

const unnamed = (file: string) => `unnamed ${file}`;

async function everyBlob(coordinator: CoordinatorUnderTest): Promise<readonly FoundBlob[]> {
  const folder = join(coordinator.dataDir, "blobs");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const artifacts = await inDatabase(coordinator, (database) => database.selectFrom("artifacts").selectAll().execute());
  const found = files.map(async ({ name, parentPath }) => {
    const artifact = artifacts.find(({ sha256 }) => sha256 === name);
    // What a sum no longer needs is deleted.
    const content = await readFile(join(parentPath, name)).catch(() => null);
    return content ? [{ file: name, name: artifact?.name ?? null, content }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Names for ids; nothing in place of instants, durations, hashes and keys. Their lengths stay. */
function faceless(text: string, names: ReadonlyMap<string, string>): string {
  let plain = text;
  for (const [id, name] of names) plain = plain.replaceAll(id, name);
  return plain
    .replace(/[0-9A-Za-z_-]{20,}/g, (random) => `(${random.length} characters)`)
    .replace(/\b1[6-9]\d{11}\b/g, "(when)")
    .replace(/"took":\{[^}]*\}/g, (times) => times.replace(/:[\d.]+/g, ":(how long)"))
    .replace(/\d+\.\d{4,}(?:e-?\d+)?/g, (number) => Number(number).toFixed(3));
}

/** An answer's ends in something random. */
function blobName(name: string, names: ReadonlyMap<string, string>): string {
  const answer = /^submission\/(sum-\d+-\d+-[a-z]+)-(.{12})-.{12}$/.exec(name);
  return answer ? `${answer[1]} of ${names.get(answer[2] ?? "")}` : faceless(name, names);
}

/** Null for bytes of an adapter or a masked update, whose first may be that of a message by chance. */
function messageIn(content: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return null;
  }
}

/** Lists in a message go by ids, which are random. */
function inOneOrder(message: unknown, names: ReadonlyMap<string, string>): string {
  const facelessly = (value: unknown) => faceless(JSON.stringify(value), names);
  return JSON.stringify(message, (_, value) =>
    Array.isArray(value) ? value.toSorted((a, b) => facelessly(a).localeCompare(facelessly(b))) : value,
  );
}

test.each([
  { bits: 32, upload: { format: "f32", topK: null } },
  { bits: 16, upload: { format: "int8", topK: null } },
] as const)(
  "what the coordinator has of $bits-bit sums does not tell who sent which update",
  async ({ bits, upload }) => {
    const [one, other] = [await recorded(upload, RUNS[0] as number[]), await recorded(upload, RUNS[1] as number[])];
    expect(other.rows).toEqual(one.rows);
    expect(other.told).toEqual(one.told);
    expect(other.log).toEqual(one.log);
    // The last answer of all ends the round, with which answers are deleted: it may be seen or not.
    const last = "sum-1-1-unmask of cleo";
    for (const { blobs } of [one, other]) blobs.delete(last);
    expect([...other.blobs.keys()].toSorted()).toEqual([...one.blobs.keys()].toSorted());

    const size = sumSizeOf(one.config, 1, null);
    const masked = updateVectorBytes(size, layoutBytes(LAYOUT));
    const kinds = { masked: 0, messages: 0, adapters: 0 };
    for (const [name, content] of one.blobs) {
      const twin = other.blobs.get(name);
      if (typeof content === "string" || typeof twin === "string" || !twin) {
        kinds.messages++;
        expect(twin, name).toBe(content);
      } else if (content.byteLength === masked) {
        kinds.masked++;
        expect(twin.equals(content), name).toBe(false);
        for (const bytes of [content, twin]) expect(chiSquareOf(bytes), name).toBeLessThan(SUSPICIOUS);
      } else if (!twin.equals(content)) {
        kinds.adapters++;
        expect(furthest(content, twin), name).toBeLessThanOrEqual(roundingOf(size));
      }
    }
    expect(size.range.modulusBits).toBe(bits);
    expect(kinds.masked).toBe(3);
    expect(kinds.messages).toBe(3 * 4 - 1);
    expect(kinds.adapters).toBeGreaterThanOrEqual(1);
  },
  120_000,
);

/** What the means of three clients of 100 rows may differ by. */
function roundingOf(size: ReturnType<typeof sumSizeOf>): number {
  const [update] = updateVectorLayout(size, 1).groups;
  if (update?.kind !== "real") throw new Error("The first group is the update");
  return 2 * (sumErrorOf(update, 3).worst * (4096 / 300)) + 2 ** -22;
}

/** Between the values of two adapters as files, whose headers are the same. */
function furthest(one: Buffer, other: Buffer): number {
  const header = one.byteLength - layoutBytes(LAYOUT);
  expect(other.subarray(0, header)).toEqual(one.subarray(0, header));
  const valuesOf = (content: Buffer) => new Float32Array(new Uint8Array(content.subarray(header)).buffer);
  const [a, b] = [valuesOf(one), valuesOf(other)];
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}
