/** Every message and adapter that left this client, with its size: the evidence behind "what left this tab". It goes on after a reload. */
import { z } from "zod";
import { createStore, type ReadableStore } from "./store.ts";

const sentMessage = z.object({
  at: z.number(),
  event: z.string(),
  bytes: z.number(),
  /** The message itself as JSON, or the name and size of an adapter; access tokens left out. */
  content: z.string(),
});
export type SentMessage = Readonly<z.output<typeof sentMessage>>;

export const sentTotals = z.object({
  /** Of this record's form. */
  version: z.literal(1),
  bytes: z.number(),
  messages: z.number(),
  /** The newest messages, newest last; older ones are only counted. */
  recent: z.array(sentMessage).readonly(),
});
export type SentTotals = Readonly<z.output<typeof sentTotals>>;

/** Where the ledger outlives its page; a store may forget what it has no room for. */
export interface LedgerStore {
  ledger(): SentTotals | null;
  saveLedger(totals: SentTotals): void;
}

export interface SentLedger extends ReadableStore<SentTotals> {
  record(event: string, payload: unknown): void;
  /** One entry for what leaves in pieces, repeated ones too; call what it returns with the bytes of each. */
  recordPieces(event: string, payload: unknown): (bytes: number) => void;
}

const KEPT = 100;
/** Sent, and counted, but not shown: a screenshot of the panel must not let anyone in. */
const SECRETS = new Set(["token", "inviteToken", "resumeToken", "organiserKey"]);
const HIDDEN = "…";
const HIDDEN_BYTES = 3;

/** Goes on from what `kept` has. Without a store it lasts as long as the page. */
export function createSentLedger(now: () => number, kept?: LedgerStore): SentLedger {
  const store = createStore<SentTotals>(kept?.ledger() ?? { version: 1, bytes: 0, messages: 0, recent: [] });
  const set = (totals: SentTotals) => {
    store.set(totals);
    kept?.saveLedger(totals);
  };
  const add = (entry: SentMessage) => {
    const { bytes, messages, recent } = store.get();
    set({ version: 1, bytes: bytes + entry.bytes, messages: messages + 1, recent: [...recent, entry].slice(-KEPT) });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    record: (event, payload) => add({ at: now(), event, ...describePayload(payload) }),
    recordPieces(event, payload) {
      let entry: SentMessage = { at: now(), event, bytes: 0, content: describePayload(payload).content };
      add(entry);
      return (sent) => {
        const totals = store.get();
        const grown = { ...entry, bytes: entry.bytes + sent };
        const recent = totals.recent.map((other) => (other === entry ? grown : other));
        set({ ...totals, bytes: totals.bytes + sent, recent });
        entry = grown;
      };
    },
  };
}

/** Size as sent: JSON text; the transport's framing of a few bytes is not counted. */
function describePayload(payload: unknown): { readonly bytes: number; readonly content: string } {
  let hidden = 0;
  const content = JSON.stringify(payload, (key, value: unknown) => {
    if (!SECRETS.has(key) || typeof value !== "string") return value;
    hidden += value.length - HIDDEN_BYTES;
    return HIDDEN;
  });
  return { bytes: hidden + new TextEncoder().encode(content).byteLength, content };
}
