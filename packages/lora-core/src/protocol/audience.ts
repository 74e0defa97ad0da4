/** A federation's snapshot as one audience sees it: without the figures of clients that do not tell them to it. Pure. */
import { type Audience, isSeenBy, NO_COUNTS, withoutFigures, withoutPace } from "./figures.ts";
import { remembered } from "./remembered.ts";
import type { ClientView, Snapshot } from "./snapshot.ts";

/** The very same snapshot where everybody tells everybody: then all who look on are sent the same. */
export function seenBy(audience: Audience, snapshot: Snapshot): Snapshot {
  if (snapshot.clients.every(({ figures }) => figures === "everybody")) return snapshot;
  const hidden = snapshot.clients.filter(({ figures }) => !isSeenBy(audience, figures)).map(({ id }) => id);
  const without = new Set(hidden);
  const rounds = snapshot.rounds.map((view) => (view.took ? { ...view, took: withoutClients(view.took, without) } : view));
  const clients = seen[audience][snapshot.config.ranks ? "ownRanks" : "oneRank"](snapshot.clients);
  return { ...snapshot, clients, rounds };
}

/** How long a client took tells how fast it is. */
function withoutClients(took: Readonly<Record<string, number>>, hidden: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries(Object.entries(took).filter(([id]) => !hidden.has(id)));
}

type Entry = ClientView["history"][number];
type Progress = NonNullable<ClientView["progress"]>;

/** Whether clients may have ranks of their own, which their traffic would tell. */
type Ranks = "oneRank" | "ownRanks";
type SeenClients = (clients: readonly ClientView[]) => ClientView[];

const clientsFor = (audience: Audience, ranks: Ranks): SeenClients =>
  remembered((clients: readonly ClientView[]): ClientView[] =>
    clients.map((client) => (isSeenBy(audience, client.figures) ? client : withheld[ranks](client))),
  );
const clientsOf = (audience: Audience): Readonly<Record<Ranks, SeenClients>> => ({
  oneRank: clientsFor(audience, "oneRank"),
  ownRanks: clientsFor(audience, "ownRanks"),
});
const seen: Readonly<Record<Audience, Readonly<Record<Ranks, SeenClients>>>> = {
  everybody: clientsOf("everybody"),
  organiser: clientsOf("organiser"),
};

const withoutOwn = ({ rank: _, ...client }: ClientView): ClientView => ({
  ...client,
  device: null,
  samples: NO_COUNTS,
  progress: client.progress && withheldProgress(client.progress),
  history: client.history.map(withheldEntry),
});

/** An adapter of half the ranks has half the bytes. */
const withoutTraffic = (client: ClientView): ClientView => ({
  ...client,
  bytesUp: 0,
  bytesDown: 0,
  history: client.history.map(entryWithoutTraffic),
});

/** What is left of something is the same object whenever it is looked at. */
const withheld: Readonly<Record<Ranks, (client: ClientView) => ClientView>> = {
  oneRank: remembered(withoutOwn),
  ownRanks: remembered((client: ClientView): ClientView => withoutTraffic(withoutOwn(client))),
};

const withheldProgress = remembered((progress: Progress): Progress => withoutPace(progress));

/** How large an update was the coordinator measures itself; how many rows are behind it is the client's to tell. */
const withheldEntry = remembered(
  ({ metrics, standing, ...entry }: Entry): Entry => ({
    ...entry,
    metrics: withoutFigures(metrics),
    standing: standing && { ...standing, rows: null, isCapped: null },
  }),
);

const entryWithoutTraffic = remembered(({ traffic: _, ...entry }: Entry): Entry => entry);
