/** How long a coordinator computes: the aggregation and its gauge by clients, and a round of many contributions beside its event loop. */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createComputeThreads } from "@duet/coordinator/compute/computeThreads";
import type { FederationRunner } from "@duet/coordinator/federations/federationRunner";
import { createLinkCodes } from "@duet/coordinator/federations/linkCodes";
import { type FederationRegistry, openFederationRegistry } from "@duet/coordinator/federations/registry";
import { readModelCatalogue } from "@duet/coordinator/models/modelCatalogue";
import { createMetrics } from "@duet/coordinator/operations/metrics";
import { systemClock } from "@duet/coordinator/ports/clock";
import { createNodeLinks } from "@duet/coordinator/ports/nodeLinks";
import { createToken } from "@duet/coordinator/ports/secrets";
import { openStorage } from "@duet/coordinator/storage/openStorage";
import { openSecretKey } from "@duet/coordinator/storage/secretKey";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, adapterLayout, initialAdapter, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { MAX_PIECE_BYTES } from "@duet/lora-core/protocol/limits";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import { aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { pino } from "pino";

const MODEL = "models/duet-base";
const STRATEGY = { id: "fedavg", preset: "standard", config: {} };
const ROUND = { clients: 500, rank: 20 };

/** Seconds for so many clients at a rank. */
export interface AggregationRun {
  readonly clients: number;
  readonly rank: number;
  readonly aggregation: number;
  readonly gauge: number;
}

export interface CoordinatorRun {
  readonly aggregations: readonly AggregationRun[];
  readonly round: RoundRun;
}

export interface RoundRun {
  readonly clients: number;
  readonly adapterBytes: number;
  /** From the first contribution to the round's end, and to its gauge. */
  readonly seconds: number;
  readonly gaugeSeconds: number;
  /** Longest time that the event loop did not turn, and the 99th percentile. */
  readonly longestBlockMs: number;
  readonly p99BlockMs: number;
  readonly peakRss: number;
}

/** Over duet-base, with FedAvg. */
export async function measureCoordinator(): Promise<CoordinatorRun> {
  const aggregations = [
    [20, 8],
    [20, 20],
    [100, 8],
    [500, 8],
  ].map(([clients = 0, rank = 0]) => measureAggregation(clients, rank));
  const round = await measureRound();
  return { aggregations, round };
}

async function openBase() {
  const [base] = (await readModelCatalogue([MODEL], pino({ level: "silent" }))).values();
  if (!base) throw new Error(`${MODEL} is not there`);
  return base.model;
}
const base = await openBase();
const architecture = parseArchitecture(base.config);
const layoutOf = (rank: number): AdapterLayout =>
  adapterLayout(architecture.linears, { rank, alpha: 2 * rank, dropout: 0, targetModules: [...architecture.defaultTargets] });

/** A seeded walk of some size from nothing. */
function difference(layout: AdapterLayout, ...labels: (string | number)[]): NamedTensors {
  const draw = random(1, ...labels);
  return new Map(
    layout.map(({ key, shape }) => [
      key,
      { shape, data: Float32Array.from({ length: shape[0] * shape[1] }, () => 0.02 * (draw() - 0.5)) },
    ]),
  );
}

/** Contributions are made anew whenever they are asked for, so that memory is a coordinator's. */
function measureAggregation(clients: number, rank: number): AggregationRun {
  const layout = layoutOf(rank);
  const known = Array.from({ length: 8 }, (_, k) => difference(layout, k));
  const contributions = Array.from({ length: clients }, (_, k) => ({
    clientId: `client-${k}`,
    sampleCount: 100 + k,
    tensors: known[k % known.length] as NamedTensors,
  }));
  const method = methodOf(STRATEGY);
  const budget = { unit: "steps", amount: 1 } as const;
  const plan = method.plan({ local: budget, inner: budget, rounds: 1 }, { round: 1, isNewcomer: false });
  const before = method.init(initialAdapter(layout, 7));
  const [after, aggregation] = timed(() => method.aggregate(before, contributions, 1));
  const [, gauge] = timed(() => aggregationError({ method, plan, rank, before, contributions, after }));
  return { clients, rank, aggregation, gauge };
}

function timed<T>(work: () => T): readonly [T, number] {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
}

/** One round, from pieces to the gauge, with everything but sockets. */
async function measureRound(): Promise<RoundRun> {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-bench-"));
  const catalogue = await readModelCatalogue([MODEL], pino({ level: "silent" }));
  const compute = createComputeThreads();
  const storage = await openStorage(dataDir, null, (path) => compute.run("hash", path));
  const limits = { maxFederations: 1, keepRounds: 1, archiveAfterDays: null };
  const codes = createLinkCodes(await openSecretKey(dataDir, "link-key"));
  const logger = pino({ level: "error" });
  const surroundings = {
    storage,
    codes,
    catalogue,
    compute,
    clock: systemClock,
    logger,
    tally: createMetrics().tally,
    report: null,
    links: createNodeLinks(),
  };
  const registry = await openFederationRegistry({ ...surroundings, ...limits });
  try {
    return await runRound(registry);
  } finally {
    await compute.close();
    await registry.close();
    await storage.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runRound(registry: FederationRegistry): Promise<RoundRun> {
  const { clients, rank } = ROUND;
  const layout = layoutOf(rank);
  const config = {
    ...defaultFederation({
      model: base,
      method: STRATEGY.id,
      preset: STRATEGY.preset,
      seed: 7,
      name: "bench",
      task: { kind: "text" },
    }),
    adapter: { rank, alpha: 2 * rank, dropout: 0, targetModules: [...architecture.defaultTargets] },
    minClients: clients,
    maxClients: clients,
  };
  const { federationId, inviteToken } = await registry.create({ config, joining: "open", listing: null });
  const runner = await registry.find(federationId);
  const ids: string[] = [];
  for (let k = 0; k < clients; k++) ids.push(await joinAs(runner, inviteToken, k));
  const upload = encodeAdapter(difference(layout, "upload"), layout);
  // Hashed once: that is the clients' work.
  const blob = { sha256: createHash("sha256").update(upload).digest("hex"), bytes: upload.byteLength };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let peakRss = 0;
  const watch = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }, 100);
  const start = performance.now();
  delay.enable();
  await Promise.all(ids.map((id) => contribute(runner, id, upload, blob)));
  await until(runner, () => runner.state.rounds.length > 0);
  const seconds = (performance.now() - start) / 1000;
  await until(runner, () => runner.state.rounds[0]?.aggregationError !== null);
  const gaugeSeconds = (performance.now() - start) / 1000;
  delay.disable();
  clearInterval(watch);
  const [longestBlockMs, p99BlockMs] = [delay.max / 1e6, delay.percentile(99) / 1e6];
  return { clients, adapterBytes: layoutBytes(layout), seconds, gaugeSeconds, longestBlockMs, p99BlockMs, peakRss };
}

function joinAs(runner: FederationRunner, inviteToken: string, k: number): Promise<string> {
  const request = {
    federationId: runner.id,
    inviteToken,
    name: `client ${k}`,
    resumeToken: createToken(),
    modelSha256: fingerprint(base.files),
    device: { backend: "wasm" as const, threads: 1, reason: "A benchmark.", description: "Node.js" },
    samples: { train: 100 + k, fusion: 5, test: 10 },
    identity: null,
    figures: "everybody" as const,
  };
  return runner.members.join(request, { replace: () => undefined });
}

/** Fetches, uploads in pieces and submits, as a client does. */
async function contribute({ transfers }: FederationRunner, clientId: string, upload: Uint8Array, blob: BlobRef): Promise<void> {
  await transfers.fetch(clientId, 1);
  for (let start = 0; start < upload.byteLength; start += MAX_PIECE_BYTES) {
    await transfers.receive(clientId, blob, { start, bytes: upload.subarray(start, start + MAX_PIECE_BYTES) });
  }
  await transfers.submit(clientId, 1, blob, { ...NO_METRICS, trainLoss: 0.5 });
}

/** Resolves when the condition holds after a change. */
function until(runner: FederationRunner, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = {
      async push() {
        if (holds()) done();
      },
      end() {},
    };
    const watching = runner.watch(watcher, { kind: "link", role: "watch", generation: 1 });
    const done = () => {
      watching.stop();
      resolve();
    };
    if (holds()) done();
  });
}
