/**
 * The part of a snapshot that says what one client is to do next: the rest of it is for those who look on. It is a snapshot itself, so
 * who has it acts on it as on any other (docs/adr/0030-a-clients-own-part.md). Pure.
 */
import type { Snapshot } from "./snapshot.ts";
import { RECENT_ROUNDS } from "./snapshotChange.ts";

export interface OwnParts {
  /** The same text as before: nothing happened that matters to this client. */
  standing(clientId: string): string;
  /** Lists this client, and those of a secure sum that is under way, without their history; and the newest closed rounds. */
  of(clientId: string): Snapshot;
}

/** What it costs to find each client's part is paid once for all of them. */
export function ownPartsOf(snapshot: Snapshot): OwnParts {
  const { phase, endedAt, openRound } = snapshot;
  const clients = new Map(snapshot.clients.map((client) => [client.id, client]));
  const participants = new Set(openRound?.participants);
  const submitted = new Set(openRound?.submitted);
  const exchange = openRound?.exchange ?? null;
  const asked = new Set(exchange?.asked);
  const answered = new Set(exchange?.answered);
  const closed = snapshot.rounds
    .filter(({ closedAt }) => closedAt !== null)
    .slice(-RECENT_ROUNDS)
    .map((view) => ({ view, participants: new Set(view.participants), aggregated: new Set(view.aggregated) }));
  const newest = closed.at(-1);
  const common = [
    phase,
    endedAt,
    openRound?.round,
    openRound?.attempt,
    openRound?.deadlineAt,
    exchange?.attempt,
    exchange?.step,
    newest?.view.round,
  ].join("/");
  return {
    standing: (id) =>
      [
        common,
        clients.get(id)?.status,
        participants.has(id),
        submitted.has(id),
        asked.has(id),
        answered.has(id),
        newest?.aggregated.has(id),
        clients.get(id)?.note,
      ].join("/"),
    of(id) {
      const only = (ids: ReadonlySet<string>) => (ids.has(id) ? [id] : []);
      const own = clients.get(id);
      const seen = exchange ? snapshot.clients.filter((client) => client.id === id || asked.has(client.id)) : own ? [own] : [];
      return {
        ...snapshot,
        openRound: openRound && {
          ...openRound,
          participants: only(participants),
          submitted: only(submitted),
          exchange: exchange && { ...exchange, asked: only(asked), answered: only(answered) },
        },
        clients: seen.map((client) => ({ ...client, history: [], progress: null })),
        rounds: closed.map((round) => ({
          ...round.view,
          participants: only(round.participants),
          aggregated: only(round.aggregated),
        })),
        moduleErrors: [],
        events: [],
      };
    },
  };
}
