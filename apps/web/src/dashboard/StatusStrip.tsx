import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, CopyButton, Paper, Progress } from "@mantine/core";
import { IconCheck, IconClock, IconPlayerPlay, IconPlayerStop, IconUsers } from "@tabler/icons-react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useNow } from "../hooks/useNow.ts";
import { useStore } from "../hooks/useStore.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { joinPath } from "../lib/links.ts";
import { stripView } from "./progressView.ts";

const ICONS = { waiting: IconClock, running: IconPlayerPlay, done: IconCheck, stopped: IconPlayerStop } as const;

export interface StatusStripProps {
  readonly snapshot: Snapshot;
  readonly myRole: string;
  /** Code of the invite link, for who may pass it on; null elsewhere. */
  readonly invite: string | null;
}

/** Is it running, how far, who is here. */
export function StatusStrip({ snapshot, myRole, invite }: StatusStripProps) {
  const connection = useStore(useServices().coordinator.status);
  const offset = connection.kind === "ready" ? connection.clockOffsetMs : 0;
  const view = stripView(snapshot, useNow() + offset);
  const Icon = ICONS[view.tone];
  return (
    <Paper className="panel">
      <div className="strip">
        <div>
          <h1>{view.name}</h1>
          <div className="status" role="status" aria-label="Federation status">
            <Icon size={16} aria-hidden="true" />
            <strong>{view.status}</strong>
            {view.stage && <span className="muted">{view.stage}</span>}
          </div>
        </div>
        <Progress value={view.percent} aria-label="Progress of the federation" size={6} radius={3} />
        <div className="meta muted small">
          <span>{view.timing}</span>
          <span>
            <IconUsers size={14} aria-hidden="true" style={{ verticalAlign: "-2px" }} /> {view.presence}
          </span>
          <span>{myRole}</span>
          {invite !== null && <InviteButton link={addressOf(joinPath(snapshot.federationId, invite))} />}
        </div>
        <p className="note muted small" style={{ margin: 0 }}>
          {view.note}
        </p>
      </div>
    </Paper>
  );
}

function InviteButton({ link }: { readonly link: string }) {
  return (
    <CopyButton value={link}>
      {({ copied, copy }) => (
        <Button size="xs" variant="default" onClick={copy}>
          {copied ? "Invite link copied" : "Invite"}
        </Button>
      )}
    </CopyButton>
  );
}
