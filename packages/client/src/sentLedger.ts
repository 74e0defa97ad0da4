/**
 * Every message and adapter that left this client, with its size, its hash and what it was made from: the evidence behind "what left this
 * tab". What belongs to a client is kept on its device, and goes on after a reload and in another tab.
 */
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { LEDGER_FORMAT, type LedgerFile, type SentEntry, type UploadName } from "@duet/lora-core/protocol/sentLedger";
import { createSecret } from "./secret.ts";
import { type SentSaying, sentLine, UPLOAD_NAMES, type UploadKind } from "./sentSentences.ts";
import { madeFrom } from "./sentWords.ts";
import { createStore, type ReadableStore } from "./store.ts";

export interface SentTotals {
  readonly bytes: number;
  readonly messages: number;
  /** Oldest first. */
  readonly entries: readonly SentEntry[];
  /** False where this device keeps none of it: then it ends with the page. */
  readonly isKept: boolean;
}

/** Where a device keeps entries, by their owner, each under a name of its own. All of it may reject: a device can be full or forbid it. */
export interface LedgerStore {
  load(owner: string): Promise<ReadonlyMap<string, SentEntry>>;
  save(owner: string, name: string, entry: SentEntry): Promise<void>;
  forget(owner: string): Promise<void>;
}

export interface SentLedger extends ReadableStore<SentTotals> {
  record(event: string, payload: unknown): void;
  /** One entry for what leaves in pieces, repeated ones too; call what it returns with the bytes of each. */
  recordUpload(upload: LedgerUpload): (bytes: number) => void;
  /** What left since the page was opened, and what leaves from now on, is this client's; what its device kept comes before it. */
  belongTo(client: { readonly federationId: string; readonly resumeToken: string }): void;
  /** The client has left for good: its device keeps no more of it, and this page what it shows. */
  forget(): void;
}

export interface LedgerUpload {
  readonly what: UploadKind;
  readonly federationId: string;
  readonly blob: BlobRef;
  readonly madeFrom: readonly SentSaying[];
  readonly name: UploadName | null;
}

/** Whose entries a device keeps, under a name that lets nobody in. */
export const ledgerOwner = ({
  federationId,
  resumeToken,
}: {
  readonly federationId: string;
  readonly resumeToken: string;
}): string => `${federationId}/${sha256Of(new TextEncoder().encode(resumeToken))}`;

/** Sent, and counted, but not shown: neither a screenshot of the panel nor the file must let anyone in. */
const SECRETS = new Set(["token", "inviteToken", "resumeToken", "organiserKey", "room"]);
const HIDDEN = "…";
const HIDDEN_BYTES = 3;
/** Older ones of a page that belongs to no client, and stays open for days, are forgotten. */
const MAX_UNOWNED = 1000;

/** Without a store it lasts as long as the page. */
export function createSentLedger(now: () => number, kept?: LedgerStore): SentLedger {
  let entries: ReadonlyMap<string, SentEntry> = new Map();
  let owner: string | null = null;
  let isKept = kept !== undefined;
  let count = 0;
  const page = `${now().toString(36).padStart(9, "0")}-${createSecret()}`;
  const store = createStore<SentTotals>({ bytes: 0, messages: 0, entries: [], isKept });

  function show(): void {
    const all = [...entries.values()];
    const total = (pick: (entry: SentEntry) => number) => all.reduce((sum, entry) => sum + pick(entry), 0);
    store.set({ bytes: total(({ bytes }) => bytes), messages: total(({ messages }) => messages), entries: all, isKept });
  }

  function save(name: string, entry: SentEntry): void {
    if (!kept || owner === null) return;
    kept.save(owner, name, entry).catch(() => {
      isKept = false;
      show();
    });
  }

  function put(name: string, entry: SentEntry): void {
    const next = new Map(entries).set(name, entry);
    if (owner === null) for (const [oldest] of [...next].slice(0, Math.max(0, next.size - MAX_UNOWNED))) next.delete(oldest);
    entries = next;
    save(name, entry);
    show();
  }

  const newName = () => `${page}-${String(count++).padStart(6, "0")}`;

  return {
    get: store.get,
    subscribe: store.subscribe,
    record(event, payload) {
      const { bytes, content } = describePayload(payload);
      const made = { at: now(), event, messages: 1, bytes, content, ...rest(event, payload, content) };
      const [name, last] = [...entries].at(-1) ?? [];
      if (name === undefined || !last || !isRepeated(last, made)) return put(newName(), made);
      put(name, { ...made, at: last.at, messages: last.messages + 1, bytes: last.bytes + bytes });
    },
    recordUpload({ what, federationId, blob, madeFrom: sayings, name: upload }) {
      const name = newName();
      const content = JSON.stringify({ federationId, ...blob });
      const named = { event: UPLOAD_NAMES[what], sha256: blob.sha256, content, upload };
      put(name, { at: now(), messages: 1, bytes: 0, ...named, ...saidOf(sayings) });
      return (sent) => {
        const entry = entries.get(name);
        if (entry) put(name, { ...entry, bytes: entry.bytes + sent });
      };
    },
    forget() {
      if (owner !== null) kept?.forget(owner).catch(() => {});
      owner = null;
    },
    belongTo(client) {
      const next = ledgerOwner(client);
      if (owner === next) return;
      if (owner !== null) entries = new Map();
      owner = next;
      for (const [name, entry] of entries) save(name, entry);
      show();
      kept?.load(next).then(
        (earlier) => {
          if (owner !== next) return;
          entries = new Map([...new Map([...earlier, ...entries])].sort(([a], [b]) => (a < b ? -1 : 1)));
          show();
        },
        () => {
          isKept = false;
          show();
        },
      );
    },
  };
}

/** As a file that anyone may be given; what is told as data is in its words, the same for everybody. */
export function ledgerFileOf(
  { entries }: SentTotals,
  of: Pick<LedgerFile, "coordinator" | "federationId" | "clientId">,
): { readonly fileName: string; readonly content: Uint8Array } {
  const file: LedgerFile = { format: LEDGER_FORMAT, version: 1, ...of, entries: entries.map(({ told: _, ...entry }) => entry) };
  const content = new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
  return { fileName: `what-left-${of.clientId}.json`, content };
}

const rest = (event: string, payload: unknown, content: string) => ({
  sha256: sha256Of(new TextEncoder().encode(content)),
  ...saidOf(madeFrom(event, payload)),
  upload: null,
});

const saidOf = (sayings: readonly SentSaying[]) => ({ madeFrom: sentLine(sayings), told: sayings });

/** Progress of the same activity is one entry, however often it was said. */
function isRepeated(last: SentEntry, next: SentEntry): boolean {
  return last.event === "client:progress" && next.event === last.event && next.madeFrom === last.madeFrom;
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
