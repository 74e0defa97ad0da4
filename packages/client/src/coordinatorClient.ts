/**
 * The typed socket: every request is acknowledged and parsed, every pushed change is parsed and applied, every (re)connection says hello.
 * It reconnects for as long as the page lives; what must be said again after that is up to the listeners of `onReady`.
 */

import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { type BlobRef, ORGANISER_KEY_HEADER, RESUME_TOKEN_HEADER, WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { resultOf } from "@duet/lora-core/protocol/errors";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import {
  changeEvent,
  type MessageName,
  messages,
  type ReplyOf,
  type RequestInput,
  replacedEvent,
} from "@duet/lora-core/protocol/messages";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { originAnswer } from "@duet/lora-core/protocol/originAnswer";
import type { UploadName } from "@duet/lora-core/protocol/sentLedger";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type SnapshotHistory, snapshotHistory } from "@duet/lora-core/protocol/snapshotChange";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import { z } from "zod";
import { withDeadline } from "./deadline.ts";
import { downloadBlob } from "./downloadBlob.ts";
import type { LedgerUpload, SentLedger } from "./sentLedger.ts";
import { createSnapshotMirror } from "./snapshotMirror.ts";
import { createStore, type ReadableStore } from "./store.ts";
import { type Surroundings, unseenSurroundings } from "./surroundings.ts";
import { type BlobUpload, uploadBlob } from "./uploadBlob.ts";

export type ConnectionStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "ready"; readonly offer: Offer; readonly clockOffsetMs: number }
  | { readonly kind: "lost"; readonly since: number }
  | { readonly kind: "refused"; readonly error: DuetError };

/** What the coordinator has for federations. */
export interface Offer {
  readonly models: readonly BaseModel[];
  /** Where hub addresses point to. */
  readonly hub: string;
}

export interface CoordinatorClient {
  /** Where it serves files, with a slash at the end: what a path such as `models/use-lite/config.json` is relative to. */
  readonly baseUrl: string;
  readonly status: ReadableStore<ConnectionStatus>;
  /** @throws {DuetError} the refusal, TIMEOUT, UNREACHABLE, or BAD_REPLY for an answer that is not this protocol's. */
  request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>>;
  /**
   * Follows a federation on this connection, as its client where it is one; the newest snapshot, then {@link onSnapshot}.
   * @throws as {@link request}.
   */
  watch(federationId: string, token: string): Promise<Snapshot>;
  /** The same with what clients tell the organiser alone, until it is followed otherwise. @throws as {@link request}. */
  watchAsOrganiser(federationId: string, organiserKey: string): Promise<Snapshot>;
  /** Becomes a client, and follows its federation; the first snapshot that knows of it. @throws as {@link request}. */
  join(joining: RequestInput<"client:join">): Promise<{ readonly clientId: string; readonly snapshot: Snapshot }>;
  /** Creates a federation, and sends the adapter that it starts from where its config names one. @throws as {@link request}. */
  createFederation(request: RequestInput<"federation:create">, initial: Uint8Array | null): Promise<ReplyOf<"federation:create">>;
  /** What the open round starts from; null in a round that receives none. @throws as {@link request}. */
  fetchAdapter(round: number): Promise<Uint8Array | null>;
  /** Sends a round's result, and tells everyone how far that is; a repeat is as good as one. @throws as {@link request}. */
  submitRound(submission: RoundSubmission): Promise<void>;
  /** What this client needs for a step of the secure sum; null in the first. @throws as {@link request}. */
  fetchForSum(key: ExchangeKey): Promise<Uint8Array | null>;
  /** Answers a step; a repeat is as good as one. @throws as {@link request}. */
  answerSum(key: ExchangeKey, content: Uint8Array, madeFrom: string): Promise<void>;
  /** Called after every hello: at the first connection and after each reconnection. */
  onReady(listener: () => void): () => void;
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** This connection speaks for its client no more: another tab took it over, or the organiser removed it. It still may watch. */
  onReplaced(listener: (reason: string) => void): () => void;
  /** @throws {DuetError} UNREACHABLE when the coordinator stays out of reach. */
  offer(): Promise<Offer>;
  /** At once, as who is signed in now; those who ask meanwhile wait for it. */
  reconnect(): void;
  close(): void;
}

export interface RoundSubmission {
  readonly round: number;
  readonly adapter: Uint8Array | null;
  /** What the adapter was made from, in words for the ledger. */
  readonly madeFrom: string;
  readonly metrics: RoundMetrics;
}

export interface CoordinatorClientOptions {
  /** Address of the coordinator, with the path below which it is served. */
  readonly url: string;
  readonly ledger: SentLedger;
  readonly now: () => number;
  /** After another network or a sleep it connects again at once. Left out where nobody sees any. */
  readonly surroundings?: Surroundings;
  /** What `signIn` of accountSession.ts gave, for programs; browsers send theirs by themselves. */
  readonly cookie?: string | null;
}

/** Uploads of one submission that the coordinator may lose, by going down, before that is told. */
const MAX_UPLOADS = 3;
/** How long the coordinator may be out of reach before that is told. */
const REACH_TIMEOUT_MS = 20_000;

/** After a greeting that failed: whatever made it fail must not be repeated without a pause. */
const RECONNECT_MS = 1_000;

const replacedNotice = z.strictObject({ reason: z.string() });

export function createCoordinatorClient(options: CoordinatorClientOptions): CoordinatorClient {
  const { url, ledger, now, surroundings = unseenSurroundings, cookie = null } = options;
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  /** What paths from the root are added to. */
  const root = base.href.replace(/\/$/, "");
  const path = `${base.pathname}socket.io`;
  const socket: Socket = io(base.origin, {
    path,
    transports: ["websocket"],
    reconnectionDelayMax: 3000,
    ...(cookie === null ? {} : { extraHeaders: { cookie } }),
  });
  const status = createStore<ConnectionStatus>({ kind: "connecting" });
  const ready = listeners<void>();
  const snapshots = listeners<Snapshot>();
  const replaced = listeners<string>();
  /** With which token each federation is watched. */
  const watching = new Map<string, string>();
  /** Those that are watched as their organiser. */
  const organised = new Set<string>();
  const mirror = createSnapshotMirror({
    onSnapshot: snapshots.emit,
    onGap: (federationId) => void watchAgain(federationId),
    fetchHistory: (federationId, before) => fetchHistory(root, federationId, watching.get(federationId) ?? "", before),
  });
  /** As whom this connection joined: its adapters are sent with the same secret. */
  let client: RequestInput<"client:join"> | null = null;

  socket.on("connect", async () => {
    try {
      const hello = await send("session:hello", { protocolVersion: PROTOCOL_VERSION });
      const { models, hub, serverTime } = hello;
      status.set({ kind: "ready", offer: { models, hub }, clockOffsetMs: serverTime - now() });
      ready.emit();
    } catch (error) {
      refused(error);
    }
  });
  socket.on("connect_error", async () => {
    const refusal = await originRefusal(base);
    if (refusal !== null && !socket.connected) status.set({ kind: "refused", error: new DuetError("WRONG_ORIGIN", refusal) });
  });
  socket.on("disconnect", (reason) => {
    mirror.forget(new DuetError("TIMEOUT", "The connection was lost"));
    if (status.get().kind === "refused") return;
    status.set({ kind: "lost", since: now() });
    // Only when the other side ended it does Socket.IO leave it at that.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on(changeEvent, async (content: unknown, acknowledge: unknown) => {
    // A browser gives an ArrayBuffer, Node a Buffer.
    await mirror.receive(new Uint8Array(content as ArrayBuffer));
    if (typeof acknowledge === "function") acknowledge();
  });
  socket.on(replacedEvent, (raw: unknown) => {
    client = null;
    const parsed = replacedNotice.safeParse(raw);
    replaced.emit(parsed.success ? parsed.data.reason : "This client was taken over");
  });

  const stopLooking = surroundings.onChange(({ kind }) => {
    if (kind === "online" || kind === "networkChanged" || kind === "woke") connectAgain();
  });

  /** At once, in place of a connection that may be dead without knowing it, or of the pause before the next try. */
  function connectAgain(): void {
    if (status.get().kind === "refused") return;
    socket.disconnect();
    socket.connect();
  }

  /** A version mismatch is final; anything else is tried again by reconnecting. */
  function refused(error: unknown): void {
    if (hasCode(error, "VERSION_MISMATCH", "BAD_REPLY")) {
      status.set({ kind: "refused", error });
      socket.disconnect();
    } else {
      socket.disconnect();
      setTimeout(() => socket.connect(), RECONNECT_MS);
    }
  }

  async function send<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    ledger.record(name, payload);
    let raw: unknown;
    try {
      raw = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, payload);
    } catch {
      throw new DuetError("TIMEOUT", "The coordinator did not answer");
    }
    return parseReply(name, raw);
  }

  /** Resolves at once when connected, after the next hello otherwise. */
  async function untilReady(): Promise<Offer> {
    const current = status.get();
    if (current.kind === "ready") return current.offer;
    if (current.kind === "refused") throw current.error;
    const next = new Promise<void>((resolve) => {
      const stop = ready.add(() => {
        stop();
        resolve();
      });
    });
    await withDeadline(next, REACH_TIMEOUT_MS, () => new DuetError("UNREACHABLE", "The coordinator cannot be reached"));
    return untilReady();
  }

  async function request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    await untilReady();
    if (name === "client:join") ledger.belongTo(payload as RequestInput<"client:join">);
    const reply = await send(name, payload);
    if (name === "client:join") client = payload as RequestInput<"client:join">;
    if (name === "client:leave") {
      client = null;
      ledger.forget();
    }
    return reply;
  }

  /** The opening push comes within a moment of the answer. */
  function following(federationId: string, revision: number): Promise<Snapshot> {
    const late = () => new DuetError("TIMEOUT", "The coordinator did not send the federation's state");
    return withDeadline(mirror.from(federationId, revision), ACK_TIMEOUT_MS, late);
  }

  async function follow(federationId: string, token: string): Promise<Snapshot> {
    watching.set(federationId, token);
    if (client?.federationId === federationId) client = { ...client, sees: "all" };
    const { revision } = await request("federation:watch", { federationId, token });
    return following(federationId, revision);
  }

  /** It may be gone meanwhile: then there is nothing to follow. */
  async function watchAgain(federationId: string): Promise<void> {
    const token = watching.get(federationId);
    if (client?.federationId === federationId && client.sees === "own") await request("client:join", client).catch(() => {});
    else if (token !== undefined) await request("federation:watch", { federationId, token }).catch(() => {});
  }

  /** Where and with which secret this client's adapters travel. */
  function route() {
    if (!client) throw new DuetError("NOT_JOINED", "This connection has not joined a federation");
    return { url: root, federationId: client.federationId, headers: { [RESUME_TOKEN_HEADER]: client.resumeToken } };
  }

  /** One entry of the ledger, named for what it is, every byte of it counted that leaves. */
  function upload(
    described: Described,
    route: Pick<BlobUpload, "url" | "federationId" | "headers">,
    content: Uint8Array,
    onHeld: BlobUpload["onHeld"] = () => {},
  ): Promise<void> {
    const blob = blobOf(content);
    const onSent = ledger.recordUpload({ ...described, federationId: route.federationId, blob });
    return uploadBlob({ ...route, blob, content, onSent, onHeld });
  }

  /** Says something about a blob, and sends the blob whenever the coordinator does not have it. */
  async function withBlob(
    described: Described & { readonly name: UploadName },
    content: Uint8Array | null,
    say: () => Promise<unknown>,
  ): Promise<void> {
    const { round } = described.name;
    for (let uploads = 0; ; uploads++) {
      try {
        await say();
        return;
      } catch (error) {
        if (content === null || !hasCode(error, "BLOB_MISSING") || uploads >= MAX_UPLOADS) throw error;
      }
      await upload(described, route(), content, (bytes) => {
        const how = { activity: "uploading", slot: null, loss: null, tokensPerSecond: 0 } as const;
        request("client:progress", { round, ...how, step: bytes, steps: content.byteLength }).catch(() => {});
      });
    }
  }

  return {
    baseUrl: base.href,
    status,
    onReady: ready.add,
    onSnapshot: snapshots.add,
    onReplaced: replaced.add,
    offer: untilReady,
    request,
    watch(federationId, link) {
      organised.delete(federationId);
      // A client's own token stays good when its link is replaced.
      return follow(federationId, client?.federationId === federationId ? client.resumeToken : link);
    },
    watchAsOrganiser(federationId, organiserKey) {
      organised.add(federationId);
      return follow(federationId, organiserKey);
    },
    async join(joining) {
      const { federationId, resumeToken } = joining;
      const { clientId, revision } = await request("client:join", joining);
      if (!organised.has(federationId)) watching.set(federationId, resumeToken);
      return { clientId, snapshot: await following(federationId, revision) };
    },
    async createFederation(asked, initial) {
      const created = await request("federation:create", asked);
      const { federationId, organiserKey } = created;
      if (initial)
        await upload(STARTING_ADAPTER, { url: root, federationId, headers: { [ORGANISER_KEY_HEADER]: organiserKey } }, initial);
      return created;
    },
    async fetchAdapter(round) {
      const { adapter } = await request("round:fetch", { round });
      return adapter && downloadBlob({ ...route(), blob: adapter });
    },
    async submitRound({ round, adapter, madeFrom, metrics }) {
      const submission = { round, adapter: adapter && blobOf(adapter), metrics };
      const described = { what: "adapter", madeFrom, name: { round, attempt: null, step: null } };
      await withBlob(described, adapter, () => request("round:submit", submission));
    },
    async fetchForSum(key) {
      const { content } = await request("exchange:fetch", key);
      return content;
    },
    async answerSum(key, content, madeFrom) {
      await withBlob({ what: ANSWER_NAMES[key.step], madeFrom, name: key }, content, () =>
        request("exchange:send", { ...key, blob: blobOf(content) }),
      );
    },
    reconnect: connectAgain,
    close() {
      stopLooking();
      socket.disconnect();
    },
  };
}

type Described = Pick<LedgerUpload, "what" | "madeFrom" | "name">;

const STARTING_ADAPTER: Described = {
  what: "adapter",
  madeFrom: "the adapter file that was chosen for everybody to start from",
  name: null,
};

/** What this client's answers to the steps of a secure sum are, in the ledger. */
const ANSWER_NAMES: Readonly<Record<ExchangeKey["step"], string>> = {
  keys: "keys of a secure sum",
  shares: "encrypted shares of keys",
  input: "masked update",
  agree: "signature under a secure sum",
  unmask: "shares of masks",
};

const blobOf = (content: Uint8Array): BlobRef => ({ sha256: sha256Of(content), bytes: content.byteLength });

/** @throws {DuetError} the refusal inside, or BAD_REPLY when it is not this message's reply. */
export function parseReply<N extends MessageName>(name: N, raw: unknown): ReplyOf<N> {
  const parsed = resultOf<z.ZodType>(messages[name].reply).safeParse(raw);
  if (!parsed.success) throw new DuetError("BAD_REPLY", `The coordinator's answer to ${name} could not be read`);
  const result = parsed.data;
  if (!result.ok) throw new DuetError(result.error.code, result.error.message);
  return result.data as ReplyOf<N>;
}

/** @throws {Error} when it cannot be had. */
async function fetchHistory(root: string, federationId: string, token: string, before: number): Promise<SnapshotHistory> {
  const response = await fetch(`${root}/federations/${federationId}/history?before=${before}`, {
    headers: { [WATCH_TOKEN_HEADER]: token },
    signal: AbortSignal.timeout(ACK_TIMEOUT_MS),
  });
  return snapshotHistory.parse(await response.json());
}

/** Why the coordinator takes no sockets of this page; null when that is not what keeps it from connecting. */
async function originRefusal(base: URL): Promise<string | null> {
  const address = new URL(`origin?page=${encodeURIComponent(base.origin)}`, base);
  const response = await fetch(address, { signal: AbortSignal.timeout(ACK_TIMEOUT_MS) }).catch(() => null);
  if (!response?.ok) return null;
  return originAnswer.safeParse(await response.json().catch(() => null)).data?.refusal ?? null;
}

function listeners<T>() {
  const all = new Set<(value: T) => void>();
  return {
    add(listener: (value: T) => void): () => void {
      all.add(listener);
      return () => all.delete(listener);
    },
    emit(value: T): void {
      for (const listener of [...all]) listener(value);
    },
  };
}
