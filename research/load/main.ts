/** `npm run load`, see options.ts: many clients over real sockets against one coordinator, each part in processes of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { MAX_CLIENTS, MAX_ROUNDS } from "@duet/lora-core/protocol/limits";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { CoordinatorFigures, FromCoordinator } from "./coordinatorUnderLoad.ts";
import type { LoadClientOptions, LoadEvent } from "./loadClient.ts";
import type { ClientsFigures } from "./loadClients.ts";
import { type WatcherFigures, watchUnderLoad } from "./loadWatcher.ts";
import { type LoadOptions, parseOptions, USAGE } from "./options.ts";
import { createTally, type LoadReport, ratesOf, reportLines } from "./report.ts";
import { measureRestart } from "./restart.ts";

const EXTRA_MS = 60_000;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(options: LoadOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "duet-load-"));
  const children: ChildProcess[] = [];
  const start = (file: string, ...args: string[]) => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ["--import", "tsx"] });
    children.push(child);
    return child;
  };
  const startCoordinator = () => start("coordinatorUnderLoad.ts", folder);
  try {
    if (options.stored > 0) {
      console.log((await measureRestart(options.stored, startCoordinator)).join("\n"));
      return;
    }
    const coordinator = startCoordinator();
    const [told] = (await once(coordinator, "message")) as [Extract<FromCoordinator, { kind: "listens" }>];
    const report = await load(options, told.url, coordinator, () => start("loadClients.ts"));
    console.log(`\n${reportLines(report).join("\n")}`);
    if (options.json) await writeFile(options.json, JSON.stringify({ options, report }, null, 2));
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
    await rm(folder, { recursive: true, force: true });
  }
}

async function load(
  options: LoadOptions,
  url: string,
  coordinator: ChildProcess,
  startClients: () => ChildProcess,
): Promise<LoadReport> {
  const began = performance.now();
  const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  const { models } = await organiser.offer();
  const [model] = models;
  if (!model) throw new Error("The coordinator offers no base model");
  const adapter = adapterOf(model, options.bytes);
  const groups = groupSizes(options.clients);
  const rounds = options.minutes > 0 ? MAX_ROUNDS : options.rounds;
  const tally = createTally();
  const federations = await Promise.all(
    groups.map((size) => open(organiser, { size, rounds, model, adapter: adapter.settings, options })),
  );
  const processes = Array.from({ length: options.processes }, startClients);
  for (const child of processes) child.on("message", (event: LoadEvent | ClientsFigures) => tally.add(event));
  const watchers = Array.from({ length: options.watchers }, (_, index) =>
    watchUnderLoad(url, tokenOf(federations[index % federations.length] as Open)),
  );

  const clients = federations.flatMap(({ federationId, inviteToken }, group) =>
    Array.from({ length: groups[group] ?? 0 }, (_, index): LoadClientOptions => {
      const name = `client ${group}-${index}`;
      const { drop, straggle, seed } = options;
      return { url, federationId, inviteToken, modelSha256: fingerprint(model.files), name, drop, straggle, seed };
    }),
  );
  for (const [part, child] of processes.entries()) child.send(clients.filter((_, index) => index % processes.length === part));

  if (options.minutes > 0) setTimeout(() => void stopAll(organiser, federations), options.minutes * 60_000).unref();
  const snapshots = await Promise.all(federations.map(({ ended }) => ended));
  const watched = watchers.map((watcher) => watcher.figures());
  for (const watcher of watchers) watcher.close();
  const [[figures]] = await Promise.all([ask(coordinator), ...processes.map(askClients)]);
  organiser.close();
  return reportOf({
    options,
    adapterBytes: adapter.bytes,
    seconds: (performance.now() - began) / 1000,
    snapshots,
    figures,
    tally,
    watched,
  });
}

interface Open {
  readonly federationId: string;
  readonly inviteToken: string;
  readonly watchToken: string;
  readonly organiserKey: string;
  /** The last snapshot. Rejects when nobody joins and no round ends for a deadline and a minute. */
  readonly ended: Promise<Snapshot>;
}

interface Choice {
  readonly size: number;
  readonly rounds: number;
  readonly model: BaseModel;
  readonly adapter: { readonly rank: number; readonly targetModules: string[] };
  readonly options: LoadOptions;
}

async function open(organiser: CoordinatorClient, { size, rounds, model, adapter, options }: Choice): Promise<Open> {
  const task = { kind: "label" as const, labels: ["a", "b"] };
  const { upload } = options;
  const choices = { name: "load", model, task, method: "fedavg", upload, rounds, minClients: size, maxClients: size };
  const clientsPerRound = options.sample > 0 ? Math.min(size, options.sample) : null;
  const defaults = defaultFederation({
    ...choices,
    clientsPerRound,
    roundDeadlineSeconds: options.deadline,
    reconnectGraceSeconds: 30,
  });
  const config = { ...defaults, adapter: { ...defaults.adapter, ...adapter } };
  const created = await organiser.request("federation:create", { config });
  const { federationId, watchToken } = created;
  const ended = new Promise<Snapshot>((resolve, reject) => {
    const patience = options.deadline * 1000 + EXTRA_MS;
    const giveUp = () => reject(new Error(`Nobody joined and no round ended for ${patience / 1000} s`));
    let timer = setTimeout(giveUp, patience);
    let reached = 0;
    const look = (snapshot: Snapshot) => {
      if (snapshot.federationId !== federationId) return;
      const now = snapshot.rounds.filter(({ closedAt }) => closedAt !== null).length + snapshot.clients.length;
      if (now !== reached) {
        reached = now;
        clearTimeout(timer);
        timer = setTimeout(giveUp, patience);
      }
      if (snapshot.endedAt === null) return;
      clearTimeout(timer);
      resolve(snapshot);
    };
    organiser.onSnapshot(look);
    organiser.watch(federationId, watchToken).then(look, reject);
  });
  return { ...created, ended };
}

/** A rank, and modules, that give about as many bytes. */
function adapterOf(model: BaseModel, bytes: number): { settings: Choice["adapter"]; bytes: number } {
  const { linears, defaultTargets } = parseBase(model.config);
  const targetModules = [...defaultTargets];
  const bytesOf = (rank: number) => layoutBytes(adapterLayout(linears, { rank, alpha: 16, dropout: 0, targetModules }));
  const rank = Math.min(256, Math.max(1, Math.round(bytes / bytesOf(1))));
  return { settings: { rank, targetModules }, bytes: bytesOf(rank) };
}

/** As few federations as hold them all, of about the same size. */
function groupSizes(clients: number): readonly number[] {
  const count = Math.ceil(clients / MAX_CLIENTS);
  return Array.from({ length: count }, (_, index) => Math.floor((clients + index) / count));
}

function tokenOf({ federationId, watchToken }: Open) {
  return { federationId, token: watchToken };
}

async function stopAll(organiser: CoordinatorClient, federations: readonly Open[]): Promise<void> {
  const action = { kind: "stop" as const };
  for (const { federationId, organiserKey } of federations) {
    // Once it has ended nobody waits for the answer.
    await organiser.request("federation:control", { federationId, organiserKey, action }).catch(() => {});
  }
}

async function ask(coordinator: ChildProcess): Promise<[CoordinatorFigures]> {
  const answer = once(coordinator, "message") as Promise<[Extract<FromCoordinator, { kind: "figures" }>]>;
  coordinator.send("figures");
  const [{ figures }] = await answer;
  return [figures];
}

/** The answer is counted as it comes, before this resolves. */
async function askClients(child: ChildProcess): Promise<void> {
  const answer = new Promise<void>((resolve) =>
    child.on("message", ({ kind }: LoadEvent | ClientsFigures) => kind === "figures" && resolve()),
  );
  child.send("figures");
  await answer;
}

interface Outcome {
  readonly options: LoadOptions;
  readonly adapterBytes: number;
  readonly seconds: number;
  readonly snapshots: readonly Snapshot[];
  readonly figures: CoordinatorFigures;
  readonly tally: ReturnType<typeof createTally>;
  readonly watched: readonly WatcherFigures[];
}

function reportOf({ options, adapterBytes, seconds, snapshots, figures, tally, watched }: Outcome): LoadReport {
  const ends: Record<string, number> = {};
  for (const { phase } of snapshots) ends[phase] = (ends[phase] ?? 0) + 1;
  const uploading = snapshots.flatMap(({ rounds }) =>
    rounds.filter(({ stage, closedAt }) => stage !== "fusing" && closedAt !== null),
  );
  return {
    clients: options.clients,
    federations: snapshots.length,
    adapterBytes,
    seconds,
    roundSeconds: uploading.map(({ openedAt, closedAt }) => ((closedAt ?? openedAt) - openedAt) / 1000),
    ...tally.figures(),
    ends,
    megabytesUp: snapshots.flatMap(({ clients }) => clients).reduce((sum, { bytesUp }) => sum + bytesUp, 0) / 1e6,
    coordinator: figures,
    watchers: ratesOf(watched),
  };
}
