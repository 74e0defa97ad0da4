/** Which events of a federation are shown. Pure. */
import type { EventView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { words as organiser } from "./organise/words.ts";
import { words } from "./words.ts";

/** Neither is an id of a client. */
export const EVERYTHING = "";
const FEDERATION = "-";

export interface EventFilter {
  readonly value: string;
  readonly label: string;
}

/** Everything, what is of no single client, and every client of which there is something. */
export function eventFilters({ events, clients }: Pick<Snapshot, "events" | "clients">): readonly EventFilter[] {
  const told = new Set(events.map(({ clientId }) => clientId));
  return [
    { value: EVERYTHING, label: words.eventLog.all },
    { value: FEDERATION, label: words.eventLog.federation },
    ...clients
      .filter(({ id }) => told.has(id))
      .map(({ id, name, status }) => ({
        value: id,
        // Its name is free again: a newer client may have it.
        label: status === "left" ? organiser.organiserPanel.left(name) : name,
      })),
  ];
}

/** Fewer are read at a glance. */
const FEW = 8;

/** Whether there is a choice of filters: one that is on can be taken off, however few events there are in a replay. */
export const isFiltered = ({ events }: Pick<Snapshot, "events">, filter: string): boolean =>
  events.length > FEW || filter !== EVERYTHING;

/** Newest first. */
export const eventsOf = ({ events }: Pick<Snapshot, "events">, filter: string): readonly EventView[] =>
  events.filter(({ clientId }) => filter === EVERYTHING || (clientId ?? FEDERATION) === filter).toReversed();
