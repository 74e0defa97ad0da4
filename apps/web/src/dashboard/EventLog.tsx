import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { NativeSelect } from "@mantine/core";
import { memo, useState } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { formatClock } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { EVERYTHING, eventFilters, eventsOf, isFiltered } from "./eventsView.ts";
import { eventText } from "./told/toldText.ts";
import { words } from "./words.ts";

/** What happened, newest first; all of it, or what one client did. */
export const EventLog = memo(function EventLog({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const [chosen, choose] = useState(EVERYTHING);
  const { events } = snapshot;
  if (events.length === 0) return null;
  const filters = eventFilters(snapshot);
  const filter = filters.some(({ value }) => value === chosen) ? chosen : EVERYTHING;
  return (
    <Panel
      title={words.eventLog.events}
      aside={
        isFiltered(snapshot, filter) && (
          <NativeSelect
            size="xs"
            aria-label={words.eventLog.whichEvents}
            value={filter}
            data={[...filters]}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard */}
      <ol className="events" tabIndex={0} aria-label={words.eventLog.newestFirst}>
        {eventsOf(snapshot, filter).map((event, index, { length }) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids, newest first
          <li key={length - index}>
            <time className="muted" dateTime={new Date(event.at).toISOString()}>
              {formatClock(event.at)}
            </time>
            <span>{eventText(event)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}, hasSameEvents);

/** They are only appended. */
function hasSameEvents(before: { readonly snapshot: Snapshot }, after: { readonly snapshot: Snapshot }): boolean {
  const [old, events] = [before.snapshot.events, after.snapshot.events];
  return old.length === events.length && old.at(-1) === events.at(-1);
}
