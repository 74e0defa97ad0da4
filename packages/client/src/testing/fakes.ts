/** The two seams of a session, faked: a coordinator and an engine that answer when the test says so. */
import type { DoneRound, KeptClient, RoundBeginning, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { statisticsOf } from "@duet/lora-core/statistics/rowStatistics";
import type { ClientEngine, KeptRound } from "../clientEngine.ts";
import type { ClientIdentity, IdentityStore } from "../clientIdentity.ts";
import type { CoordinatorClient, Replaced } from "../coordinatorClient.ts";
import type { FederationFeed, FeedState } from "../federationFeed.ts";
import type { RoundSubmission } from "../roundTransfers.ts";
import { createStore } from "../store.ts";
import type { Surroundings, SurroundingsChange } from "../surroundings.ts";
import type { ConnectionStatus } from "../typedSocket.ts";
import { metricsOf } from "./snapshots.ts";

/** A promise that the test settles. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Names of what was asked of a fake, in order. */
export type Calls = string[];

export function fakeCoordinator(calls: Calls) {
  const status = createStore<ConnectionStatus>({
    kind: "ready",
    offer: { models: [], hub: "https://hub.example", hubClientId: null },
    clockOffsetMs: 0,
  });
  const ready = new Set<() => void>();
  const replaced = new Set<(notice: Replaced) => void>();
  const answers = { join: async (): Promise<unknown> => ({}), submit: async (): Promise<void> => {} };
  const sent: RoundSubmission[] = [];
  const said: { readonly name: string; readonly payload: unknown }[] = [];
  const client: CoordinatorClient = {
    baseUrl: "https://coordinator.example/",
    status,
    onReady: (listener) => {
      ready.add(listener);
      return () => ready.delete(listener);
    },
    onReplaced: (listener) => {
      replaced.add(listener);
      return () => replaced.delete(listener);
    },
    onSnapshot: () => () => {},
    offer: async () => ({ models: [], hub: "https://hub.example", hubClientId: null }),
    request: async (name, payload) => {
      calls.push(name);
      said.push({ name, payload });
      return {} as never;
    },
    relayFrame: async () => {},
    onTeamFrame: () => () => {},
    onTeamPresent: () => () => {},
    watch: async () => ({}) as never,
    watchAsOrganiser: async () => ({}) as never,
    join: async (payload) => {
      calls.push("client:join");
      said.push({ name: "client:join", payload });
      return (await answers.join()) as never;
    },
    loadTransfers: async () => void calls.push("load transfers"),
    createFederation: async () => ({}) as never,
    fetchAdapter: async (round) => {
      calls.push(`fetch ${round}`);
      return Uint8Array.of(round);
    },
    submitRound: async (submission) => {
      sent.push(submission);
      calls.push(`send ${submission.round}`);
      await answers.submit();
    },
    fetchForSum: async ({ step }) => {
      calls.push(`fetch ${step}`);
      return null;
    },
    answerSum: async ({ step }) => {
      calls.push(`answer ${step}`);
    },
    reconnect: () => {},
    close: () => {},
  };
  return {
    client,
    answers,
    /** What was submitted, and the other messages. */
    sent,
    said,
    lose: () => status.set({ kind: "lost", since: 0 }),
    comeBack: () => {
      status.set({ kind: "ready", offer: { models: [], hub: "https://hub.example", hubClientId: null }, clockOffsetMs: 0 });
      for (const listener of ready) listener();
    },
    replace: (notice: Replaced) => {
      for (const listener of replaced) listener(notice);
    },
  };
}

export function fakeFeed(federationId: string): FederationFeed & { push(snapshot: Snapshot): void } {
  const store = createStore<FeedState>({ kind: "loading" });
  const accept = (snapshot: Snapshot) => store.set({ kind: "live", snapshot });
  return { federationId, get: store.get, subscribe: store.subscribe, accept, push: accept, close: () => {} };
}

const blobs = { personal: Uint8Array.of(1), shared: Uint8Array.of(2) };

export function keptRound(key: RoundKey): KeptRound {
  const done: DoneRound = {
    ...key,
    submitted: false,
    upload: Uint8Array.of(3),
    metrics: metricsOf({ trainLoss: 0.5 }),
    confusion: null,
  };
  return { checkpoint: { lastRound: key.round, ...blobs }, done, isKept: true };
}

export function fakeEngine(calls: Calls) {
  /** What each round's run waits for, by round. */
  const rounds = new Map<number, ReturnType<typeof deferred<KeptRound>>>();
  /** How each round begins, by round; any other is new. */
  const beginnings = new Map<number, RoundBeginning>();
  const refuse = async () => {
    throw new RangeError("not asked in these tests");
  };
  const engine: ClientEngine = {
    async openModel(_model, _hub, backend) {
      calls.push(`open ${backend ?? "any"}`);
      const device = { backend: backend ?? "webgpu", threads: 1, reason: "A test.", description: "a test" } as const;
      return { device, modelKept: true };
    },
    deviceLimits: async () => ({ bytes: null, tensorBytes: null, weightBytes: null }),
    recall: async () => null,
    async begin({ rows }) {
      calls.push(`begin ${rows}`);
      return { train: 60, fusion: 10, test: 30 };
    },
    async keepAs(clientId) {
      calls.push(`keep ${clientId}`);
      return true;
    },
    runRound(key, _request, _onProgress, onBegun) {
      calls.push(`run ${key.round}`);
      onBegun(beginnings.get(key.round) ?? { kind: "new" });
      const round = deferred<KeptRound>();
      rounds.set(key.round, round);
      return round.promise;
    },
    rowStatistics: async () => statisticsOf([], 0),
    async answerSum({ key }) {
      calls.push(`sum ${key.step}`);
      return new TextEncoder().encode(key.step);
    },
    async confirmSubmitted({ round }) {
      calls.push(`confirm ${round}`);
    },
    async cancel() {
      calls.push("cancel");
    },
    async forget(clientId) {
      calls.push(`forget ${clientId}`);
    },
    predict: refuse,
    write: refuse,
    measureFusion: refuse,
    mistakenRows: refuse,
    measureRecognition: refuse,
    stopAnswering: async () => {},
    close: () => calls.push("close"),
  };
  return { engine, finish: (key: RoundKey) => rounds.get(key.round)?.resolve(keptRound(key)), rounds, beginnings };
}

export function fakeSurroundings(): Surroundings & { change(change: SurroundingsChange): void } {
  const listeners = new Set<(change: SurroundingsChange) => void>();
  return {
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(change) {
      for (const listener of [...listeners]) listener(change);
    },
  };
}

export function fakeIdentities(): IdentityStore & { readonly saved: Map<string, ClientIdentity> } {
  const saved = new Map<string, ClientIdentity>();
  return {
    saved,
    identity: (federationId) => saved.get(federationId) ?? null,
    saveIdentity: (identity) => void saved.set(identity.federationId, identity),
    saveAsking: () => {},
    saveParting: () => {},
    forgetIdentity: (federationId) => void saved.delete(federationId),
  };
}

export const nothingKept: KeptClient = { checkpoint: null, done: null };
