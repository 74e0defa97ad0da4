/**
 * The typed socket: every request is acknowledged and parsed, every pushed snapshot is parsed, every (re)connection says hello.
 * It reconnects for as long as the page lives; what must be said again after that is up to the listeners of `onReady`.
 */
import { DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { resultOf } from "@duet/lora-core/protocol/errors";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import {
  type MessageName,
  messages,
  type ReplyOf,
  type RequestInput,
  replacedEvent,
  snapshotEvent,
} from "@duet/lora-core/protocol/messages";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { type Snapshot, snapshot as snapshotSchema } from "@duet/lora-core/protocol/snapshot";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import { z } from "zod";
import { withDeadline } from "./deadline.ts";
import type { SentLedger } from "./sentLedger.ts";
import { createStore, type ReadableStore } from "./store.ts";

export type ConnectionStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "ready"; readonly offer: Offer; readonly clockOffsetMs: number }
  | { readonly kind: "lost"; readonly since: number }
  | { readonly kind: "refused"; readonly message: string };

/** What the coordinator has for federations. */
export interface Offer {
  readonly models: readonly BaseModel[];
  /** Where hub addresses point to. */
  readonly hub: string;
}

export interface CoordinatorClient {
  readonly status: ReadableStore<ConnectionStatus>;
  /** @throws {DuetError} the refusal, TIMEOUT, UNREACHABLE, or BAD_REPLY for an answer that is not this protocol's. */
  request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>>;
  /** What the open round starts from; null in a round that receives none. @throws as {@link request}. */
  fetchAdapter(round: number): Promise<Uint8Array | null>;
  /** Sends a round's result; a repeat is as good as one. @throws as {@link request}. */
  submitRound(submission: RoundSubmission): Promise<void>;
  /** Called after every hello: at the first connection and after each reconnection. */
  onReady(listener: () => void): () => void;
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** This connection speaks for its client no more: another tab took it over, or the organiser removed it. It still may watch. */
  onReplaced(listener: (reason: string) => void): () => void;
  /** @throws {DuetError} UNREACHABLE when the coordinator stays out of reach. */
  offer(): Promise<Offer>;
  close(): void;
}

export interface RoundSubmission {
  readonly round: number;
  readonly adapter: Uint8Array | null;
  readonly metrics: RoundMetrics;
}

export interface CoordinatorClientOptions {
  /** Origin of the coordinator; the page's own when empty. */
  readonly url: string;
  readonly ledger: SentLedger;
  readonly now: () => number;
}

const replacedNotice = z.strictObject({ reason: z.string() });

export function createCoordinatorClient({ url, ledger, now }: CoordinatorClientOptions): CoordinatorClient {
  const socket: Socket = io(url || undefined, { transports: ["websocket"], reconnectionDelayMax: 3000 });
  const status = createStore<ConnectionStatus>({ kind: "connecting" });
  const ready = listeners<void>();
  const snapshots = listeners<Snapshot>();
  const replaced = listeners<string>();

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
  socket.on("disconnect", (reason) => {
    if (status.get().kind === "refused") return;
    status.set({ kind: "lost", since: now() });
    // Only when the other side ended it does Socket.IO leave it at that.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on(snapshotEvent, (raw: unknown, acknowledge: unknown) => {
    const parsed = snapshotSchema.safeParse(raw);
    if (!parsed.success) return;
    if (typeof acknowledge === "function") acknowledge(parsed.data.revision);
    snapshots.emit(parsed.data);
  });
  socket.on(replacedEvent, (raw: unknown) => {
    const parsed = replacedNotice.safeParse(raw);
    replaced.emit(parsed.success ? parsed.data.reason : "This client was taken over");
  });

  /** A version mismatch is final; anything else is tried again by reconnecting. */
  function refused(error: unknown): void {
    if (hasCode(error, "VERSION_MISMATCH", "BAD_REPLY")) {
      status.set({ kind: "refused", message: error.message });
      socket.disconnect();
    } else {
      socket.disconnect().connect();
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
    if (current.kind === "refused") throw new DuetError("VERSION_MISMATCH", current.message);
    const next = new Promise<void>((resolve) => {
      const stop = ready.add(() => {
        stop();
        resolve();
      });
    });
    await withDeadline(next, ACK_TIMEOUT_MS, () => new DuetError("UNREACHABLE", "The coordinator cannot be reached"));
    return untilReady();
  }

  async function request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    await untilReady();
    return send(name, payload);
  }

  return {
    status,
    onReady: ready.add,
    onSnapshot: snapshots.add,
    onReplaced: replaced.add,
    offer: untilReady,
    request,
    fetchAdapter: async (round) => (await request("round:fetch", { round })).adapter,
    async submitRound({ round, adapter, metrics }) {
      await request("round:submit", { round, adapter: adapter && new Uint8Array(adapter), metrics });
    },
    close: () => socket.disconnect(),
  };
}

/** @throws {DuetError} the refusal inside, or BAD_REPLY when it is not this message's reply. */
export function parseReply<N extends MessageName>(name: N, raw: unknown): ReplyOf<N> {
  const parsed = resultOf<z.ZodType>(messages[name].reply).safeParse(raw);
  if (!parsed.success) throw new DuetError("BAD_REPLY", `The coordinator's answer to ${name} could not be read`);
  const result = parsed.data;
  if (!result.ok) throw new DuetError(result.error.code, result.error.message);
  return result.data as ReplyOf<N>;
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
