/** Every message that left this tab, with its size: the evidence behind "what left this tab". */
import { createStore, type ReadableStore } from "../lib/store.ts";

export interface SentMessage {
  readonly at: number;
  readonly event: string;
  readonly bytes: number;
  /** The message itself as JSON, adapters named by their size, access tokens left out. */
  readonly content: string;
}

export interface SentTotals {
  readonly bytes: number;
  readonly messages: number;
  /** The newest messages, newest last; older ones are only counted. */
  readonly recent: readonly SentMessage[];
}

export interface SentLedger extends ReadableStore<SentTotals> {
  record(event: string, payload: unknown): void;
}

const KEPT = 100;
/** Sent, and counted, but not shown: a screenshot of the panel must not let anyone in. */
const SECRETS = new Set(["token", "inviteToken", "resumeToken", "organiserKey"]);
const HIDDEN = "…";
const HIDDEN_BYTES = 3;

export function createSentLedger(now: () => number): SentLedger {
  const store = createStore<SentTotals>({ bytes: 0, messages: 0, recent: [] });
  return {
    get: store.get,
    subscribe: store.subscribe,
    record(event, payload) {
      const { bytes, messages, recent } = store.get();
      const described = describePayload(payload);
      const entry = { at: now(), event, bytes: described.bytes, content: described.content };
      store.set({ bytes: bytes + entry.bytes, messages: messages + 1, recent: [...recent, entry].slice(-KEPT) });
    },
  };
}

/** Size as sent (JSON text plus binary attachments; the transport's framing of a few bytes is not counted). */
export function describePayload(payload: unknown): { readonly bytes: number; readonly content: string } {
  let binary = 0;
  let hidden = 0;
  const content = JSON.stringify(payload, (key, value: unknown) => {
    if (value instanceof Uint8Array) {
      binary += value.byteLength;
      return `adapter, ${value.byteLength} bytes`;
    }
    if (!SECRETS.has(key) || typeof value !== "string") return value;
    hidden += value.length - HIDDEN_BYTES;
    return HIDDEN;
  });
  return { bytes: binary + hidden + new TextEncoder().encode(content).byteLength, content };
}
