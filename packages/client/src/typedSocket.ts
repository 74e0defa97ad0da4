/**
 * The typed socket: every request is acknowledged and parsed, every (re)connection says hello. It reconnects for as long as the page lives;
 * what must be said again after that is up to the listeners of `onReady`.
 */

import { connectionError } from "@duet/lora-core/errors/connectionError";
import { DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { resultOf } from "@duet/lora-core/protocol/errors";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { type MessageName, messages, type ReplyOf, type RequestInput } from "@duet/lora-core/protocol/messages";
import { originAnswer } from "@duet/lora-core/protocol/originAnswer";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import type { z } from "zod";
import { withDeadline } from "./deadline.ts";
import { createListeners } from "./listeners.ts";
import { refusalOf } from "./refusalOf.ts";
import type { SentLedger } from "./sentLedger.ts";
import { createStore, type ReadableStore } from "./store.ts";
import { type Surroundings, unseenSurroundings } from "./surroundings.ts";

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
  /** As whom pages are known there; null where nobody can sign in. */
  readonly hubClientId: string | null;
}

export interface TypedSocket {
  readonly status: ReadableStore<ConnectionStatus>;
  /** @throws {DuetError} the refusal, TIMEOUT, UNREACHABLE, or BAD_REPLY for an answer that is not this protocol's. */
  request<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>>;
  /** The same of what its sender counts in the ledger by itself. */
  requestCounted<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>>;
  /** Called after every hello: at the first connection and after each reconnection. */
  onReady(listener: () => void): () => void;
  onLost(listener: () => void): () => void;
  /** Called with what the coordinator sends by itself under this name, and with what tells it that it was read. */
  onEvent(name: string, listener: (content: unknown, acknowledge: unknown) => void): void;
  /** @throws {DuetError} UNREACHABLE when the coordinator stays out of reach. */
  offer(): Promise<Offer>;
  /** At once, as who is signed in now; those who ask meanwhile wait for it. */
  reconnect(): void;
  close(): void;
}

export interface TypedSocketOptions {
  /** Where the coordinator is, with a slash at the end. */
  readonly base: URL;
  readonly ledger: Pick<SentLedger, "record">;
  readonly now: () => number;
  /** After another network or a sleep it connects again at once. Left out where nobody sees any. */
  readonly surroundings?: Surroundings | undefined;
  /** What `signIn` of accountSession.ts gave, for programs; browsers send theirs by themselves. */
  readonly cookie?: string | null | undefined;
}

/** How long the coordinator may be out of reach before that is told. */
const REACH_TIMEOUT_MS = 20_000;

/**
 * Before connecting again to what ended the connection or did not greet: whatever made it do so lasts for a while (the node that runs
 * the federation is gone, say, and its lease is not over), and must not be met without a pause. On average; not all come back at once.
 */
const RECONNECT_MS = 1_000;

export function createTypedSocket(options: TypedSocketOptions): TypedSocket {
  const { base, ledger, now, surroundings = unseenSurroundings, cookie = null } = options;
  const socket: Socket = io(base.origin, {
    path: `${base.pathname}socket.io`,
    transports: ["websocket"],
    reconnectionDelayMax: 3000,
    ...(cookie === null ? {} : { extraHeaders: { cookie } }),
  });
  const status = createStore<ConnectionStatus>({ kind: "connecting" });
  const ready = createListeners<void>();
  const lost = createListeners<void>();
  let pause: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was connected or let go of on purpose: what a greeting before that comes to is nobody's business any more. */
  let turn = 0;

  socket.on("connect", async () => {
    const mine = ++turn;
    try {
      const hello = await send("session:hello", { protocolVersion: PROTOCOL_VERSION });
      const { models, hub, hubClientId, serverTime } = hello;
      status.set({ kind: "ready", offer: { models, hub, hubClientId }, clockOffsetMs: serverTime - now() });
      ready.emit();
    } catch (error) {
      if (mine === turn) refused(error);
    }
  });
  socket.on("connect_error", async () => {
    const refusal = await originRefusal(base);
    if (refusal !== null && !socket.connected) status.set({ kind: "refused", error: refusal });
  });
  socket.on("disconnect", (reason) => {
    lost.emit();
    if (status.get().kind === "refused") return;
    status.set({ kind: "lost", since: now() });
    // Only when the other side ended it does Socket.IO leave it at that.
    if (reason === "io server disconnect") connectLater();
  });
  const stopLooking = surroundings.onChange(({ kind }) => {
    if (kind === "online" || kind === "networkChanged" || kind === "woke") connectAgain();
  });

  /** At once, in place of a connection that may be dead without knowing it, or of the pause before the next try. */
  function connectAgain(): void {
    if (status.get().kind === "refused") return;
    clearTimeout(pause);
    turn += 1;
    socket.disconnect();
    socket.connect();
  }

  function connectLater(): void {
    clearTimeout(pause);
    const [draw = 0] = crypto.getRandomValues(new Uint8Array(1));
    pause = setTimeout(() => socket.connect(), RECONNECT_MS * (0.5 + draw / 256));
  }

  /** A version mismatch is final; anything else is tried again by reconnecting. */
  function refused(error: unknown): void {
    if (hasCode(error, "VERSION_MISMATCH", "BAD_REPLY")) {
      status.set({ kind: "refused", error });
      socket.disconnect();
    } else {
      socket.disconnect();
      connectLater();
    }
  }

  async function send<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    ledger.record(name, payload);
    return sendCounted(name, payload);
  }

  async function sendCounted<N extends MessageName>(name: N, payload: RequestInput<N>): Promise<ReplyOf<N>> {
    let raw: unknown;
    try {
      raw = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, payload);
    } catch {
      throw connectionError("TIMEOUT", ["noAnswer"]);
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
    await withDeadline(next, REACH_TIMEOUT_MS, () => connectionError("UNREACHABLE", ["coordinatorAway"]));
    return untilReady();
  }

  return {
    status,
    async request(name, payload) {
      await untilReady();
      return send(name, payload);
    },
    async requestCounted(name, payload) {
      await untilReady();
      return sendCounted(name, payload);
    },
    onReady: ready.add,
    onLost: lost.add,
    onEvent: (name, listener) => void socket.on(name, listener),
    offer: untilReady,
    reconnect: connectAgain,
    close() {
      stopLooking();
      clearTimeout(pause);
      turn += 1;
      socket.disconnect();
    },
  };
}

/** @throws {DuetError} the refusal inside, or BAD_REPLY when it is not this message's reply. */
export function parseReply<N extends MessageName>(name: N, raw: unknown): ReplyOf<N> {
  const parsed = resultOf<z.ZodType>(messages[name].reply).safeParse(raw);
  if (!parsed.success) throw connectionError("BAD_REPLY", ["answerToUnread", name]);
  const result = parsed.data;
  if (!result.ok) throw refusalOf(result.error);
  return result.data as ReplyOf<N>;
}

/** Why the coordinator takes no sockets of this page; null when that is not what keeps it from connecting. */
async function originRefusal(base: URL): Promise<DuetError | null> {
  const address = new URL(`origin?page=${encodeURIComponent(base.origin)}`, base);
  const response = await fetch(address, { signal: AbortSignal.timeout(ACK_TIMEOUT_MS) }).catch(() => null);
  if (!response?.ok) return null;
  const { refusal = null, told } = originAnswer.safeParse(await response.json().catch(() => null)).data ?? {};
  return refusal === null ? null : new DuetError("WRONG_ORIGIN", refusal, { told: told ?? null });
}
