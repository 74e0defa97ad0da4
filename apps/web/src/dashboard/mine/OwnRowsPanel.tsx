import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import { IconLock } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { formatFraction } from "../../lib/format.ts";
import type { TabSession } from "../../services/tabSessions.ts";
import { Panel } from "../../ui/Panel.tsx";
import { ownStatistics } from "../privacy/statisticsView.ts";
import { words } from "./words.ts";

export interface OwnRowsPanelProps {
  readonly snapshot: Snapshot;
  readonly session: TabSession;
  /** Null before it has joined. */
  readonly clientId: string | null;
  /** Its base is loaded and its rows are at hand, which they are not at once after a reload. */
  readonly isOpened: boolean;
}

/** How unlike the rest this tab's rows are: found here, and told to nobody. Nothing before the sum is made. */
export function OwnRowsPanel({ snapshot, session, clientId, isOpened }: OwnRowsPanelProps) {
  const [own, setOwn] = useState<RowStatistics | null>(null);
  const isMade = snapshot.statistics?.made != null;
  useEffect(() => {
    let isGone = false;
    // A tab that is over, or has lost its engine, has nothing to compare with.
    if (isMade && isOpened && clientId !== null) {
      session.engine.rowStatistics().then(
        (found) => isGone || setOwn(found),
        () => {},
      );
    }
    return () => {
      isGone = true;
    };
  }, [session, isMade, isOpened, clientId]);
  const view = own && clientId !== null ? ownStatistics(snapshot, clientId, own) : null;
  if (!view) return null;
  const stays = (
    <>
      <IconLock size={14} aria-hidden="true" style={{ verticalAlign: -2 }} /> {words.ownRowsPanel.staysHere}
    </>
  );
  return (
    <Panel title={words.ownRowsPanel.youBesideTheRest} hint={words.ownRowsPanel.hint} aside={stays}>
      <p style={{ margin: 0 }}>{view.rows}</p>
      <p style={{ margin: "6px 0 0" }}>
        {view.labels && words.ownRowsPanel.labels(formatFraction(view.labels.distance), formatFraction(view.labels.byChance))}{" "}
        {view.lengths && words.ownRowsPanel.lengths(formatFraction(view.lengths.distance), formatFraction(view.lengths.byChance))}
      </p>
      <p className="muted small" style={{ margin: "6px 0 0" }}>
        {words.ownRowsPanel.scale}
      </p>
    </Panel>
  );
}
