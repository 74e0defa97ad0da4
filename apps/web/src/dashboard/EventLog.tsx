import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatClock } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";

/** What happened, newest first. */
export function EventLog({ snapshot }: { readonly snapshot: Snapshot }) {
  const { events } = snapshot;
  if (events.length === 0) return null;
  return (
    <Panel title="Events">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard */}
      <ol className="events" tabIndex={0} aria-label="Events, newest first">
        {events.toReversed().map(({ at, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids, newest first
          <li key={events.length - index}>
            <time className="muted" dateTime={new Date(at).toISOString()}>
              {formatClock(at)}
            </time>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
