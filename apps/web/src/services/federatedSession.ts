/**
 * This tab as a client of one federation: the shell around {@link nextAction}. It owns the training worker, joins (again after
 * every reconnection), and does what the newest snapshot asks for. Everything it waits for has a deadline.
 */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName, Progress } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";

import { delay, withDeadline } from "../lib/deadline.ts";
import { adviceFor } from "../lib/memoryAdvice.ts";
import { createSecret } from "../lib/secret.ts";
import { createStore, type ReadableStore } from "../lib/store.ts";
import type { WorkerEngine } from "../worker/workerEngine.ts";
import { clientSeedOf } from "./clientSeed.ts";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { CoordinatorError, explain, isTransient, WorkerDiedError } from "./failures.ts";
import type { FederationFeed } from "./federationFeed.ts";
import { keptAdapters } from "./keptAdapters.ts";
import { nextAction, type RoundKey } from "./nextAction.ts";
import type { PlaygroundEngine } from "./playground.ts";
import type { SessionStage, SessionState } from "./sessionState.ts";
import type { ClientRecord, DoneRound, Member, TabStorage } from "./tabStorage.ts";
import { createThrottle } from "./throttle.ts";
import { createWatchdog } from "./watchdog.ts";

export interface FederatedSession extends ReadableStore<SessionState> {
  readonly federationId: string;
  /** Answers between rounds and after the last one; the worker lives on until {@link close}. */
  readonly engine: PlaygroundEngine;
  /** Leaves the federation for good and forgets this client's data on this device. */
  leave(): Promise<void>;
  /** Ends the worker and stops listening; the client stays a member and can come back. */
  close(): void;
}

export interface SessionOptions {
  readonly coordinator: CoordinatorClient;
  readonly feed: FederationFeed;
  readonly storage: TabStorage;
  readonly engine: WorkerEngine;
  readonly now: () => number;
  /** From `?backend=`; null lets the worker choose. */
  readonly backend: BackendName | null;
  readonly config: FederationConfig;
  /** A new client, or one that comes back: then with its ids. */
  readonly identity: Pick<Member, "inviteToken" | "name"> & { readonly member: Member | null };
  readonly record: ClientRecord;
}

const PREPARE_DEADLINE_MS = 5 * 60_000;
/** A training worker that reports nothing for this long is considered dead. */
const SILENCE_DEADLINE_MS = 5 * 60_000;
const PROGRESS_INTERVAL_MS = 500;
const RETRY_DELAY_MS = 2_000;
const RETRY_DEADLINE_MS = 10 * 60_000;
const KEPT_LOSSES = 2_000;

const silent = () => new WorkerDiedError("it has been silent for several minutes");

export function startFederatedSession(options: SessionOptions): FederatedSession {
  const { coordinator, feed, storage, engine, now, config, identity } = options;
  const federationId = feed.federationId;
  const store = createStore<SessionState>({
    stage: { kind: "loadingModel", download: { receivedBytes: 0, totalBytes: bytesOf(config.model) }, seconds: 0 },
    name: identity.name,
    clientId: identity.member?.clientId ?? null,
    device: null,
    samples: null,
    canResume: true,
    modelKept: true,
    confusion: options.record.done?.confusion ?? null,
    adapters: keptAdapters(options.record),
    losses: [],
  });
  const patch = (change: Partial<SessionState>) => store.set({ ...store.get(), ...change });
  const enter = (stage: SessionStage) => patch({ stage });

  let record = options.record;
  let member = identity.member;
  const resumeToken = identity.member?.resumeToken ?? createSecret();
  let doing: RoundKey | null = null;
  let joined = false;
  let ended = false;

  const stops = [
    feed.subscribe(advance),
    coordinator.onReady(() => {
      if (member && store.get().samples) void join().catch(fail);
    }),
    coordinator.status.subscribe(() => {
      if (coordinator.status.get().kind === "lost") joined = false;
    }),
    coordinator.onReplaced((reason) => end({ kind: "removed", reason })),
  ];
  void prepare(options.backend).then(join).catch(fail);

  function end(stage: SessionStage): void {
    if (ended) return;
    ended = true;
    for (const stop of stops) stop();
    // A client that was taken over lives on elsewhere; here it must not come back by itself.
    if (stage.kind === "removed") storage.forgetMember(federationId);
    enter(stage);
    // What was learned can still be tried out.
    if (stage.kind !== "finished") engine.close();
  }

  function fail(error: unknown): void {
    end({ kind: "failed", failure: explain(error) });
  }

  async function prepare(backend: BackendName | null): Promise<void> {
    const { hub } = await persistently(() => coordinator.offer());
    const download = createThrottle(100, now);
    const start = now();
    const { device, modelKept } = await engine.openModel(config.model, hub, backend, (progress) => {
      if (store.get().stage.kind !== "loadingModel") return;
      const complete = progress.receivedBytes === progress.totalBytes;
      if (complete) enter({ kind: "preparing" });
      else download(() => enter({ kind: "loadingModel", download: progress, seconds: (now() - start) / 1000 }));
    });
    enter({ kind: "preparing" });
    const setup = { ...setupOf(config, record), memory: stepMemory(config, await engine.deviceLimits(backend)) };
    const samples = await withDeadline(engine.prepare(setup, record.split), PREPARE_DEADLINE_MS, silent);
    if (record.checkpoint) await engine.restore(record.checkpoint);
    patch({ device, modelKept, samples, stage: { kind: "joining" } });
  }

  /** Idempotent: with the same resume token this is the same client again, also when an answer was lost. */
  async function join(): Promise<void> {
    const { device, samples } = store.get();
    if (ended || !device || !samples) return;
    const { inviteToken, name } = identity;
    const reply = await persistently(() =>
      coordinator.request("client:join", {
        federationId,
        inviteToken,
        name,
        resumeToken,
        modelSha256: fingerprint(config.model.files),
        device,
        samples,
      }),
    );
    if (ended) return;
    member = { federationId, inviteToken, name, clientId: reply.clientId, resumeToken };
    storage.saveMember(member);
    await persist();
    joined = true;
    patch({ clientId: member.clientId, ...(doing ? {} : { stage: { kind: "waiting" } }) });
    feed.accept(reply.snapshot);
    advance();
  }

  function advance(): void {
    const state = feed.get();
    if (ended || !joined || !member || state.kind !== "live") return;
    perform(state.snapshot, member.clientId);
  }

  function perform(snapshot: Snapshot, clientId: string): void {
    const action = nextAction(snapshot, { clientId, doing, done: record.done });
    switch (action.kind) {
      case "wait":
        return;
      case "cancel":
        void engine.cancel().catch(fail);
        return;
      case "work":
        void during(action.key, () => work(action.key, action.plan));
        return;
      case "submit":
        void during(action.key, () => submit(action.key));
        return;
      case "end":
        end({ kind: "finished", note: action.note });
        return;
      case "removed":
        end({ kind: "removed", reason: action.reason });
        return;
      default:
        action satisfies never;
    }
  }

  /** Marks the round as being done for as long as `run` takes, then looks again at what there is to do. */
  async function during(key: RoundKey, run: () => Promise<void>): Promise<void> {
    doing = key;
    try {
      await run().catch(recover);
    } catch (error) {
      return fail(error);
    } finally {
      doing = null;
    }
    if (!ended) enter({ kind: "waiting" });
    advance();
  }

  /** Makes ready for looking at the newest snapshot again, after an error that permits it. @throws every other error. */
  async function recover(error: unknown): Promise<void> {
    if (isCancelled(error)) return;
    if (isWrongRound(error)) return delay(RETRY_DELAY_MS);
    if (ended || !isDeviceLost(error)) throw error;
    // All that was on the GPU is gone, and it may be lost again: the round runs once more on wasm, from the last checkpoint.
    await prepare("wasm");
    await join();
  }

  async function work(key: RoundKey, plan: RoundPlan): Promise<void> {
    const { round } = key;
    enter({ kind: "working", round, progress: null });
    const received = plan.receive ? (await persistently(() => coordinator.request("round:fetch", { round }))).adapter : null;
    const watchdog = createWatchdog(SILENCE_DEADLINE_MS, silent);
    const result = await Promise.race([
      engine.runRound({ round, plan, received }, (progress) => {
        watchdog.touch();
        report(progress);
      }),
      watchdog.expired,
    ]).finally(watchdog.stop);
    await keep({ ...key, ...result, submitted: false });
    await submit(key);
  }

  async function submit(key: RoundKey): Promise<void> {
    const { done } = record;
    if (!done || done.round !== key.round) return;
    enter({ kind: "submitting", round: key.round });
    const { round, upload, metrics } = done;
    await persistently(() => coordinator.request("round:submit", { round, adapter: upload && new Uint8Array(upload), metrics }));
    await keep({ ...done, ...key, submitted: true });
  }

  /** The tab's own copy of a finished round; a reload starts from here. */
  async function keep(done: DoneRound): Promise<void> {
    record = { ...record, checkpoint: await engine.checkpoint(), done, savedAt: now() };
    patch({ confusion: done.confusion, adapters: keptAdapters(record) });
    await persist();
  }

  async function persist(): Promise<void> {
    if (!member) return;
    const canResume = await storage.saveRecord(member.clientId, record).then(
      () => true,
      () => false,
    );
    if (canResume !== store.get().canResume) patch({ canResume });
  }

  const throttledReport = createThrottle(PROGRESS_INTERVAL_MS, now);
  function report(progress: Progress): void {
    if (ended || doing?.round !== progress.round) return;
    const { losses } = store.get();
    const point = progress.loss === null ? [] : [{ round: progress.round, step: progress.step, loss: progress.loss }];
    patch({
      stage: { kind: "working", round: progress.round, progress },
      losses: [...losses, ...point].slice(-KEPT_LOSSES),
    });
    if (joined) throttledReport(() => void coordinator.request("client:progress", progress).catch(() => {}));
  }

  /** Tries again while the coordinator is away or busy; a round that is over meanwhile ends the attempt with a refusal. */
  async function persistently<T>(request: () => Promise<T>): Promise<T> {
    const start = now();
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (ended || !isTransient(error) || now() - start > RETRY_DEADLINE_MS) throw error;
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  return {
    federationId,
    engine,
    get: store.get,
    subscribe: store.subscribe,
    async leave() {
      end({ kind: "removed", reason: "You left this federation." });
      if (member) await storage.forgetRecord(member.clientId);
      await coordinator.request("client:leave", {}).catch(() => {});
    },
    close() {
      for (const stop of stops) stop();
      ended = true;
      engine.close();
    },
  };
}

function setupOf({ task, adapter, training, seed }: FederationConfig, { split }: ClientRecord): EngineSetup {
  return { task, adapter, training, seed, clientSeed: clientSeedOf(split) };
}

/** Where nothing fits, as little at a time as possible: the estimate may be too high. */
function stepMemory(config: FederationConfig, limits: DeviceLimits): StepMemory {
  const { fit } = adviceFor(config, limits);
  return fit.kind === "fits" ? fit.memory : { rowsAtOnce: 1, recompute: true };
}

const isCancelled = (error: unknown) => error instanceof Error && error.name === "AbortError";

/** Errors of the worker arrive with their name and message only. */
const isDeviceLost = (error: unknown) => error instanceof Error && error.name === "DeviceLostError";

/** The round ended meanwhile; a newer snapshot is on its way. */
const isWrongRound = (error: unknown) => error instanceof CoordinatorError && error.code === "WRONG_ROUND";
