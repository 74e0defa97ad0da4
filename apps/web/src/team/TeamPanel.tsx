import { Alert, Progress } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useLinkAddresses } from "../hooks/useLinkAddresses.ts";
import type { TeamView } from "../hooks/useTeam.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { formatCount } from "../lib/format.ts";
import { teamPath } from "../lib/links.ts";
import { reachWarning } from "../lib/reach.ts";
import { words as common } from "../lib/words.ts";
import { LinkField } from "../ui/LinkField.tsx";
import { Panel } from "../ui/Panel.tsx";
import { QrCode } from "../ui/QrCode.tsx";
import { memberLanes } from "./teamView.ts";
import { words } from "./words.ts";

/** Who is in this tab's team and what each is doing, and the link for more of them. */
export function TeamPanel({ team, state, news }: TeamView) {
  const { federationId, secret, node } = team;
  const lanes = memberLanes(state, node.self);
  const rows = lanes.reduce((sum, lane) => sum + lane.rows, 0);
  return (
    <Panel
      title={words.teamPanel.title}
      hint={words.teamPanel.hint}
      aside={words.teamPanel.size(lanes.length, formatCount(rows))}
    >
      <ul className="checklist" aria-label={words.teamPanel.members}>
        {lanes.map((lane) => (
          <li key={lane.member} style={{ display: "block" }}>
            {lane.isSelf ? words.teamPanel.thisTab(lane.name) : lane.name}{" "}
            {lane.leads && <span className="muted small">{words.teamPanel.leads}</span>}
            <span className="muted small block">{words.teamPanel.ofRows(lane.rows, lane.doing)}</span>
            {lane.done !== null && <Progress value={100 * lane.done} size={6} aria-label={words.teamPanel.training(lane.name)} />}
          </li>
        ))}
      </ul>
      {news.refused.map((said, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are only ever added to.
        <p key={index} className="small">
          {common.said(said)}
        </p>
      ))}
      {!state.over && <MoreMembers federationId={federationId} secret={secret} />}
    </Panel>
  );
}

/** The team's link, made of an address that its members can open. */
function MoreMembers({ federationId, secret }: { readonly federationId: string; readonly secret: string }) {
  const { addresses, chosen } = useLinkAddresses(federationId);
  const warning = reachWarning(chosen.address, addresses[0].address, chosen.answers);
  return (
    <details className="quiet">
      <summary>{words.teamPanel.add}</summary>
      <p className="small">{words.teamPanel.whoHasIt}</p>
      <div className="invite">
        <QrCode text={addressOf(teamPath(federationId, secret), chosen.address)} label={words.teamPanel.code} />
        <LinkField
          label={words.teamPanel.link}
          path={teamPath}
          federationId={federationId}
          token={secret}
          base={chosen.address}
        />
      </div>
      {warning && (
        <Alert icon={<IconAlertTriangle />} title={warning.title} mt="sm">
          {warning.text}
        </Alert>
      )}
    </details>
  );
}
