/** A federation's snapshot as one audience sees it: without the figures of clients that do not tell them to it. Pure. */
import { type Audience, isSeenBy, NO_COUNTS, withoutFigures, withoutPace } from "./figures.ts";
import type { ClientView, Snapshot } from "./snapshot.ts";

/** The very same snapshot where everybody tells everybody: then all who look on are sent the same. */
export function seenBy(audience: Audience, snapshot: Snapshot): Snapshot {
  if (snapshot.clients.every(({ figures }) => figures === "everybody")) return snapshot;
  return {
    ...snapshot,
    clients: snapshot.clients.map((client) => (isSeenBy(audience, client.figures) ? client : withheld(client))),
  };
}

type Entry = ClientView["history"][number];
type Progress = NonNullable<ClientView["progress"]>;

/** What is left of something is the same object whenever it is looked at, as what changed is told by identity. */
function remembered<T extends object>(make: (whole: T) => T): (whole: T) => T {
  const known = new WeakMap<T, T>();
  return (whole) => {
    const made = known.get(whole) ?? make(whole);
    known.set(whole, made);
    return made;
  };
}

const withheld = remembered<ClientView>((client) => ({
  ...client,
  device: null,
  samples: NO_COUNTS,
  progress: client.progress && withheldProgress(client.progress),
  history: client.history.map(withheldEntry),
}));

const withheldProgress = remembered<Progress>(withoutPace);

/** How large an update was the coordinator measures itself; how many rows are behind it is the client's to tell. */
const withheldEntry = remembered<Entry>(({ round, metrics, standing }) => ({
  round,
  metrics: withoutFigures(metrics),
  standing: standing && { ...standing, rows: null, isCapped: null },
}));
