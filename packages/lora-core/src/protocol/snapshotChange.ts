/**
 * What a watcher is sent of a snapshot: what changed since the one that it has, or, to begin with, the newest part of it. Rounds that
 * are over hardly change, so the older ones are fetched when they are wanted ({@link snapshotHistory}). Pure, and quick where snapshots
 * share what they have in common: entries are compared by identity.
 */
import { z } from "zod";
import { federationConfig } from "./federationConfig.ts";
import { MAX_MODULE_ERRORS } from "./limits.ts";
import { progress } from "./metrics.ts";
import { isSameValue } from "./sameValue.ts";
import { clientView, eventView, historyEntry, moduleError, type Snapshot, snapshot } from "./snapshot.ts";

const revision = z.number().int().min(0);
const roundNumber = z.number().int();
const { phase, note, told, endedAt, joining, waiting, openRound, statistics, catchingUp, createdAt, adapterBytes, modelBytes } =
  snapshot.shape;
const { rounds, events } = { rounds: snapshot.shape.rounds, events: z.array(eventView) };

const entryOfClient = historyEntry.extend({ clientId: z.string() });

/** What may change at any time; only what did is there. */
const head = z.strictObject({
  phase,
  note,
  told,
  endedAt,
  joining,
  waiting,
  openRound,
  statistics,
  catchingUp,
  moduleErrors: z.array(moduleError).max(MAX_MODULE_ERRORS),
});

export const snapshotChange = z.strictObject({
  federationId: z.string(),
  /** The revision that the receiver has; null begins anew. */
  since: revision.nullable(),
  revision,
  /** What never changes; only where it begins anew. */
  fixed: z.strictObject({ config: federationConfig, createdAt, adapterBytes, modelBytes }).nullable(),
  head: head.partial(),
  /** Clients that are new or changed, without what follows. */
  clients: z.array(clientView.omit({ history: true, progress: true })),
  /** Ids of clients that are no longer listed. */
  gone: z.array(z.string()),
  progress: z.array(z.strictObject({ clientId: z.string(), progress: progress.nullable() })),
  history: z.array(entryOfClient),
  /** Rounds that are new or changed; one that is open is in it too. */
  rounds,
  /** Rounds that are no longer listed: they were opened and nobody answered. */
  reopened: z.array(roundNumber),
  /** Appended. */
  events,
  /** Closed rounds that were left out and can be fetched; only where it begins anew. */
  earlier: z.number().int().min(0),
});
export type SnapshotChange = z.output<typeof snapshotChange>;

/** A piece of what was left out: the newest rounds below the one that was asked for. */
export const snapshotHistory = z.strictObject({
  rounds,
  history: z.array(entryOfClient),
  /** How many still older rounds there are. */
  earlier: z.number().int().min(0),
});
export type SnapshotHistory = z.output<typeof snapshotHistory>;

/** Closed rounds that a new watcher is sent at once; enough for every client to know where it stands. */
export const RECENT_ROUNDS = 3;
/** Entries (clients times rounds) in one piece of history. */
const HISTORY_ENTRIES = 500;
const MAX_EVENTS = 200;

type HistoryEntry = z.output<typeof entryOfClient>;
const HEAD_FIELDS = [
  "phase",
  "note",
  "told",
  "endedAt",
  "joining",
  "waiting",
  "openRound",
  "statistics",
  "catchingUp",
  "moduleErrors",
] as const;

/**
 * What leads from `before` to `after`. A watcher that is many rounds behind begins anew. Of what the two share nothing is looked into, so
 * that it costs what has changed; clients keep their order, so that who comes again after somebody else is new.
 */
export function changeBetween(before: Snapshot, after: Snapshot): SnapshotChange {
  const rounds = pairedBy(({ round }) => round, before.rounds, after.rounds);
  const changedRounds = rounds.changed.flatMap(({ was, is }) => (was && isSameValue(was, is) ? [] : [is]));
  if (changedRounds.length > RECENT_ROUNDS + 1) return openingOf(after);
  const clients = pairedBy(({ id }) => id, before.clients, after.clients);
  const last = before.events.at(-1);
  const head = HEAD_FIELDS.filter((field) => !isSameValue(before[field], after[field])).map((field) => [field, after[field]]);
  return {
    federationId: after.federationId,
    since: before.revision,
    revision: after.revision,
    fixed: null,
    head: Object.fromEntries(head),
    clients: clients.changed.flatMap(({ was, is }) => {
      const listed = listedClient(is);
      return was && isShallowlySame(listedClient(was), listed) ? [] : [listed];
    }),
    gone: clients.gone.map(({ id }) => id),
    progress: clients.changed.flatMap(({ was, is: { id, progress } }) =>
      (was?.progress ?? null) === progress ? [] : [{ clientId: id, progress }],
    ),
    history: clients.changed.flatMap(({ was, is: { id, history } }) => newEntries(id, was?.history ?? [], history)),
    rounds: changedRounds,
    reopened: rounds.gone.map(({ round }) => round),
    events: before.events === after.events ? [] : after.events.slice(last ? after.events.lastIndexOf(last) + 1 : 0),
    earlier: 0,
  };
}

interface Paired<T> {
  /** What is another object than before; `was` is null where it is new. */
  readonly changed: readonly { readonly was: T | null; readonly is: T }[];
  readonly gone: readonly T[];
}

/** Goes along two lists whose common entries have the same order. Where they have not, an entry is gone, and new further down. */
function pairedBy<T>(keyOf: (entry: T) => string | number, before: readonly T[], after: readonly T[]): Paired<T> {
  if (before === after) return { changed: [], gone: [] };
  const changed: { was: T | null; is: T }[] = [];
  const gone: T[] = [];
  let at = 0;
  for (const was of before) {
    const is = after[at];
    if (is === was) at += 1;
    else if (is !== undefined && keyOf(is) === keyOf(was)) {
      changed.push({ was, is });
      at += 1;
    } else gone.push(was);
  }
  for (const is of after.slice(at)) changed.push({ was: null, is });
  return { changed, gone };
}

/** What a new watcher gets. */
export function openingOf(after: Snapshot): SnapshotChange {
  const { federationId, revision, config, createdAt, adapterBytes, modelBytes } = after;
  const { phase, note, told, endedAt, joining, waiting, openRound, moduleErrors } = after;
  const closed = after.rounds.filter(({ closedAt }) => closedAt !== null);
  const earlier = Math.max(0, closed.length - RECENT_ROUNDS);
  const from = closed[earlier]?.round ?? Number.NEGATIVE_INFINITY;
  return {
    federationId,
    since: null,
    revision,
    fixed: { config, createdAt, adapterBytes, modelBytes },
    head: { phase, note, told, endedAt, joining, waiting, openRound, ...ofSome(after), moduleErrors },
    clients: after.clients.map(listedClient),
    gone: [],
    progress: after.clients.flatMap(({ id, progress }) => (progress === null ? [] : [{ clientId: id, progress }])),
    history: entriesOf(after, (round) => round >= from),
    rounds: after.rounds.filter(({ round }) => round >= from),
    reopened: [],
    events: after.events,
    earlier,
  };
}

/** The piece of history that ends before this round. */
export function historyBefore({ rounds, clients }: Pick<Snapshot, "rounds" | "clients">, before: number): SnapshotHistory {
  const older = rounds.filter(({ round, closedAt }) => closedAt !== null && round < before);
  const count = Math.max(1, Math.floor(HISTORY_ENTRIES / Math.max(1, clients.length)));
  const piece = older.slice(-count);
  const from = piece[0]?.round ?? before;
  const history = entriesOf({ clients }, (round) => round >= from && round < before);
  return { rounds: piece, history, earlier: older.length - piece.length };
}

/** The snapshot after a change; null when it is not for the one that is there. Beginning anew needs none. */
export function applyChange(before: Snapshot | null, change: SnapshotChange): Snapshot | null {
  const base = change.since === null ? emptySnapshot(change) : before;
  if (base === null || (change.since !== null && change.since !== base.revision)) return null;
  const progress = new Map(change.progress.map((entry) => [entry.clientId, entry.progress]));
  const history = byClient(change.history);
  const changed = new Map(change.clients.map((client) => [client.id, client]));
  const gone = new Set(change.gone);
  const kept = base.clients.filter(({ id }) => !gone.has(id));
  const known = new Set(kept.map(({ id }) => id));
  const added = change.clients.filter(({ id }) => !known.has(id)).map((client) => ({ ...client, history: [], progress: null }));
  return {
    ...base,
    // What is not there is left out: JSON has no undefined.
    ...(change.head as Partial<Pick<Snapshot, (typeof HEAD_FIELDS)[number]>>),
    revision: change.revision,
    clients: [...kept, ...added].map((client) => {
      const { id } = client;
      if (!changed.has(id) && !progress.has(id) && !history.has(id)) return client;
      return {
        ...client,
        ...changed.get(id),
        progress: progress.has(id) ? (progress.get(id) ?? null) : client.progress,
        history: mergedHistory(client.history, history.get(id) ?? []),
      };
    }),
    rounds: mergedRounds(
      base.rounds.filter(({ round }) => !change.reopened.includes(round)),
      change.rounds,
    ),
    events: [...base.events, ...change.events].slice(-MAX_EVENTS),
  };
}

/** The snapshot with a piece of its history; what is there already is newer, and stays. */
export function withHistory(current: Snapshot, piece: SnapshotHistory): Snapshot {
  const history = byClient(piece.history);
  return {
    ...current,
    clients: current.clients.map((client) => {
      const older = history.get(client.id) ?? [];
      return older.length === 0 ? client : { ...client, history: mergedHistory(older, client.history) };
    }),
    rounds: mergedRounds(piece.rounds, current.rounds),
  };
}

function emptySnapshot({ federationId, revision, fixed, head }: SnapshotChange): Snapshot | null {
  const { phase, note, told, endedAt, joining, waiting, openRound, moduleErrors } = head;
  if (fixed === null || phase === undefined || note === undefined || endedAt === undefined || openRound === undefined)
    return null;
  if (joining === undefined || waiting === undefined) return null;
  const rest = { ...ofSome(head), clients: [], rounds: [], events: [], moduleErrors: moduleErrors ?? [] };
  return { federationId, revision, ...fixed, phase, note, told, endedAt, joining, waiting, openRound, ...rest };
}

/** What only some federations have. */
function ofSome({ statistics, catchingUp }: Pick<Snapshot, "statistics" | "catchingUp">) {
  return { ...(statistics ? { statistics } : {}), ...(catchingUp ? { catchingUp } : {}) };
}

function listedClient({ history: _, progress: __, ...client }: Snapshot["clients"][number]) {
  return client;
}

function entriesOf({ clients }: Pick<Snapshot, "clients">, isWanted: (round: number) => boolean): HistoryEntry[] {
  return clients.flatMap(({ id, history }) =>
    history.flatMap((entry) => (isWanted(entry.round) ? [{ clientId: id, ...entry }] : [])),
  );
}

function newEntries(clientId: string, before: History, after: History): HistoryEntry[] {
  if (before === after) return [];
  const known = new Set(before);
  return after.flatMap((entry) => (known.has(entry) ? [] : [{ clientId, ...entry }]));
}

type History = Snapshot["clients"][number]["history"];

function mergedHistory(older: History, newer: History): History {
  if (newer.length === 0) return older;
  const byRound = new Map([...older, ...newer].map((entry) => [entry.round, entry]));
  return [...byRound.values()].sort((a, b) => a.round - b.round);
}

function mergedRounds(older: Snapshot["rounds"], newer: Snapshot["rounds"]): Snapshot["rounds"] {
  const byRound = new Map([...older, ...newer].map((view) => [view.round, view]));
  return [...byRound.values()].sort((a, b) => a.round - b.round);
}

function byClient(entries: readonly HistoryEntry[]): ReadonlyMap<string, History> {
  const all = new Map<string, History>();
  for (const { clientId, ...entry } of entries) {
    const known = all.get(clientId);
    if (known) known.push(entry);
    else all.set(clientId, [entry]);
  }
  return all;
}

function isShallowlySame<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).every((key) => a[key] === b[key]);
}
