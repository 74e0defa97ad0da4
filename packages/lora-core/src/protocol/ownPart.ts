/**
 * The part of a snapshot that says what one client is to do next: the rest of it is for those who look on. It is a snapshot itself, so
 * who has it acts on it as on any other (docs/adr/0030-a-clients-own-part.md). Pure.
 */
import { remembered, setOf } from "./remembered.ts";
import type { ClientView, RoundView, Snapshot } from "./snapshot.ts";
import { RECENT_ROUNDS } from "./snapshotChange.ts";

/** Lists this client, and those of a secure sum that is under way, without their history; and the newest closed rounds. */
export function ownPartOf(snapshot: Snapshot, id: string): Snapshot {
  const { openRound, statistics } = snapshot;
  const exchange = openRound?.exchange ?? null;
  const counting = statistics?.exchange ?? null;
  const only = (ids: readonly string[]) => (setOf(ids).has(id) ? [id] : []);
  const onlyOf = <V>(entries: Readonly<Record<string, V>> | undefined) =>
    entries?.[id] === undefined ? undefined : { [id]: entries[id] };
  const own = byId(snapshot.clients).get(id);
  const asked = exchange || counting ? setOf((exchange ?? counting)?.asked ?? []) : null;
  const seen = asked ? snapshot.clients.filter((client) => client === own || asked.has(client.id)) : own ? [own] : [];
  return {
    ...snapshot,
    openRound: openRound && {
      ...openRound,
      participants: only(openRound.participants),
      submitted: only(openRound.submitted),
      shares: onlyOf(openRound.shares),
      behind: openRound.behind && only(openRound.behind),
      skipped: openRound.skipped?.includes(id) ? [id] : undefined,
      stillTaken: onlyOf(openRound.stillTaken),
      exchange: exchange && { ...exchange, asked: only(exchange.asked), answered: only(exchange.answered) },
    },
    ...(statistics && {
      statistics: {
        ...statistics,
        exchange: counting && {
          ...counting,
          asked: only(counting.asked),
          answered: only(counting.answered),
          skipped: counting.skipped?.includes(id) ? [id] : undefined,
        },
      },
    }),
    ...(snapshot.catchingUp && { catchingUp: only(snapshot.catchingUp) }),
    clients: seen.map((client) => ({ ...client, history: [], progress: null })),
    rounds: recentRounds(snapshot.rounds).map((view) => ({
      ...view,
      participants: only(view.participants),
      aggregated: only(view.aggregated),
      shares: onlyOf(view.shares),
      took: onlyOf(view.took),
      behind: view.behind && only(view.behind),
      late: onlyOf(view.late),
    })),
    moduleErrors: [],
    events: [],
  };
}

/** Found once for all clients. */
const byId = remembered((clients: readonly ClientView[]) => new Map(clients.map((client) => [client.id, client])));
const recentRounds = remembered((rounds: readonly RoundView[]) =>
  rounds.filter(({ closedAt }) => closedAt !== null).slice(-RECENT_ROUNDS),
);

/**
 * To whom something happened between two snapshots that matters to it: with `null` to everybody. Found out by who changed, and at once
 * where that is nobody.
 */
export function concernedBetween(before: Snapshot, after: Snapshot): ReadonlySet<string> | null {
  if (before === after) return new Set();
  if (commonOf(before) !== commonOf(after)) return null;
  const was = before.openRound;
  const is = after.openRound;
  return new Set([
    ...movedClients(before.clients, after.clients),
    ...inOnlyOne(was?.participants, is?.participants),
    ...inOnlyOne(was?.submitted, is?.submitted),
    ...inOnlyOne(was?.behind, is?.behind),
    ...inOnlyOne(was?.skipped, is?.skipped),
    ...inOnlyOne(was?.exchange?.asked, is?.exchange?.asked),
    ...inOnlyOne(was?.exchange?.answered, is?.exchange?.answered),
    ...inOnlyOne(before.statistics?.exchange?.asked, after.statistics?.exchange?.asked),
    ...inOnlyOne(before.statistics?.exchange?.answered, after.statistics?.exchange?.answered),
    ...inOnlyOne(before.catchingUp, after.catchingUp),
    ...inOnlyOne(newestClosed(before)?.aggregated, newestClosed(after)?.aggregated),
  ]);
}

/** What matters to everybody, as text. */
function commonOf(snapshot: Snapshot): string {
  const { phase, endedAt, openRound, statistics } = snapshot;
  const exchange = openRound?.exchange ?? null;
  const { round, attempt, deadlineAt } = openRound ?? {};
  const newest = newestClosed(snapshot)?.round;
  const counting = [statistics?.exchange?.attempt, statistics?.exchange?.step, statistics?.made?.sum.rows];
  return [phase, endedAt, round, attempt, deadlineAt, exchange?.attempt, exchange?.step, newest, ...counting].join("/");
}

const newestClosed = ({ rounds }: Snapshot) => rounds.findLast(({ closedAt }) => closedAt !== null);

/** Clients whose standing changed: new ones, those that are gone, and those that came, went or were told something. */
function movedClients(before: readonly ClientView[], after: readonly ClientView[]): readonly string[] {
  if (before === after) return [];
  const moved: string[] = [];
  const longest = Math.max(before.length, after.length);
  for (let at = 0; at < longest; at++) {
    const [was, is] = [before[at], after[at]];
    if (was === is) continue;
    if (was && is && was.id === is.id && was.status === is.status && was.note === is.note) continue;
    // From somebody who is gone on, the others have moved up in the list.
    for (const client of [was, is]) if (client) moved.push(client.id);
  }
  return moved;
}

/** Ids of one list that are not in the other. Lists mostly grow at their end. */
function inOnlyOne(before: readonly string[] = [], after: readonly string[] = []): readonly string[] {
  if (before === after) return [];
  const isLonger = before.length <= after.length && before.every((id, at) => id === after[at]);
  if (isLonger) return after.slice(before.length);
  const [was, is] = [setOf(before), setOf(after)];
  return [...before.filter((id) => !is.has(id)), ...after.filter((id) => !was.has(id))];
}
