import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { type ComputeThreads, createComputeThreads } from "../src/compute/computeThreads.ts";
import { defineFederation } from "../src/federations/federation.ts";
import { firstLinks } from "../src/federations/links.ts";
import { openSharedModel } from "../src/federations/sharedModel.ts";
import { newStanding } from "../src/federations/standing.ts";
import { readModelCatalogue } from "../src/models/modelCatalogue.ts";
import { refOf } from "../src/storage/blobStore.ts";
import type { FederationStore } from "../src/storage/federationStore.ts";
import { hashFile } from "../src/storage/files.ts";
import { openStorage } from "../src/storage/openStorage.ts";
import { layout, testConfig } from "./support/federations.ts";

/** The model of a new federation in a folder of its own, and how often something was served by a thread. */
async function modelOf(strategy: { id: string; preset: string; config: Record<string, unknown> }) {
  const folder = await mkdtemp(join(tmpdir(), "duet-model-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const threads = createComputeThreads();
  onTestFinished(() => threads.close());
  let serves = 0;
  const compute: ComputeThreads = {
    run(kind, input) {
      if (kind.startsWith("serve")) serves += 1;
      return threads.run(kind, input);
    },
    waiting: () => threads.waiting(),
    close: () => threads.close(),
  };
  const config = testConfig({ strategy });
  const record = { federationId: "f", createdAt: 1, config, links: firstLinks(1), joining: "open", listing: null } as const;
  const storage = await openStorage(folder, null, hashFile);
  onTestFinished(() => storage.close());
  await storage.create(record, newStanding(record), null);
  const { store } = await storage.open(record.federationId);
  onTestFinished(() => store.close());
  const catalogue = await readModelCatalogue(["models/duet-tiny"], pino({ level: "silent" }));
  const model = await openSharedModel("federation", defineFederation(config, catalogue), store, compute, null);
  return { model, store, serves: () => serves };
}

const receive = { part: "all", extra: null } as const;

/** The seeded start and a little noise. */
function contribution(clientId: string): NamedTensors {
  const draw = random(5, clientId);
  return new Map(
    [...initialAdapter(layout, 7)].map(([key, { shape, data }]) => [
      key,
      { shape, data: data.map((value) => value + 0.1 * draw()) },
    ]),
  );
}

/** A client's adapter as it came, under its own name. */
async function submit(store: FederationStore, clientId: string): Promise<void> {
  const content = encodeAdapter(contribution(clientId), layout);
  const file = join(await mkdtemp(join(tmpdir(), "duet-sent-")), clientId);
  await writeFile(file, content);
  await store.adoptSubmission(clientId, await refOf(content), file);
}

/** Round 1 with what these clients sent under their own names. */
const plainly = (clients: readonly string[]) => ({
  round: 1,
  inputs: clients.map((clientId) => ({ clientId, artifact: clientId, sampleCount: 3, share: 1 })),
  exchange: null,
  identities: {},
  clip: null,
});

test("what everyone fetches is encoded and hashed once per aggregation, however many ask at once", async () => {
  const { model, store, serves } = await modelOf({ id: "fedavg", preset: "standard", config: {} });
  const clients = Array.from({ length: 50 }, (_, i) => `client-${i}`);
  const first = await Promise.all(clients.map((clientId) => model.blob(clientId, receive)));
  expect(new Set(first.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(serves()).toBe(1);
  const half = await model.blob("client-0", { part: "b", extra: null });
  expect(half.bytes).toBeLessThan(first[0]?.bytes ?? 0);
  expect(serves()).toBe(2);

  await submit(store, "x");
  await model.aggregate(plainly(["x"]));
  expect(await model.blob("client-1", receive)).toEqual(first[0]);
  model.adopt(1);
  const second = await Promise.all(clients.map((clientId) => model.blob(clientId, receive)));
  expect(second[0]?.sha256).not.toBe(first[0]?.sha256);
  expect(serves()).toBe(3);
  await rm((await store.offeredFile(1, second[0]?.sha256 ?? "")) ?? "");
  expect(await Promise.all(clients.map((clientId) => model.blob(clientId, receive)))).toEqual(second);
  expect(serves()).toBe(4);
  const file = (await store.offeredFile(1, second[0]?.sha256 ?? "")) ?? "";
  expect((await readFile(file)).byteLength).toBe(second[0]?.bytes);
});

test("where each client has something of its own, it is made once for each", async () => {
  const { model, store, serves } = await modelOf({
    id: "fedamp",
    preset: "standard",
    config: { attention: 1, width: 1, mu: 0.1 },
  });
  const clients = ["x", "y", "z"];
  for (const clientId of clients) await submit(store, clientId);
  await model.aggregate(plainly(clients));
  model.adopt(1);
  const blobs = await Promise.all([...clients, ...clients].map((clientId) => model.blob(clientId, receive)));
  expect(new Set(blobs.map(({ sha256 }) => sha256)).size).toBe(3);
  expect(serves()).toBe(3);
});
