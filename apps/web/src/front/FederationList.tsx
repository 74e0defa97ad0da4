import type { FederationSummary, ReplyOf } from "@duet/lora-core/protocol/messages";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { formatFraction, plural } from "../lib/format.ts";
import { watchPath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";

const REFRESH_MS = 5_000;

/** The federations of this coordinator, renewed while the page is open. */
export function FederationList() {
  const { federations, unreadable } = useFederations();
  const others =
    unreadable > 0 &&
    `${plural(unreadable, "federation")} more cannot be opened: stored by another version of Duet, or damaged. The files are kept.`;
  const empty =
    federations === null
      ? "Asking the coordinator which federations there are."
      : federations.length === 0
        ? others || "No federation yet. The ones on this coordinator will be listed here, with a link to watch."
        : null;
  return (
    <Panel title="Here now" empty={empty}>
      <table className="plain cards">
        <thead>
          <tr>
            <th>Federation</th>
            <th>Where it stands</th>
            <th>Clients</th>
            <th>Accuracy</th>
            <th>
              <span className="visuallyHidden">Open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {federations?.map((federation) => (
            <FederationRow key={federation.federationId} federation={federation} />
          ))}
        </tbody>
      </table>
      {others && (
        <p className="muted small" style={{ margin: "10px 0 0" }}>
          {others}
        </p>
      )}
    </Panel>
  );
}

function FederationRow({ federation }: { readonly federation: FederationSummary }) {
  const { federationId, name, clients, accuracy, watchToken } = federation;
  return (
    <tr>
      <td data-label="Federation">{name}</td>
      <td data-label="Where it stands">{standing(federation)}</td>
      <td data-label="Clients">{plural(clients, "client")}</td>
      <td data-label="Accuracy">{formatFraction(accuracy)}</td>
      <td className="wide">
        <Button
          component={Link}
          to={watchPath(federationId, watchToken)}
          size="xs"
          variant="default"
          aria-label={`Watch ${name}`}
        >
          Watch
        </Button>
      </td>
    </tr>
  );
}

function standing({ phase, round, rounds }: FederationSummary): string {
  const where = round === null ? null : roundLabel(round, rounds);
  if (phase === "collecting" || phase === "aggregating") return where ?? "starting";
  return phase === "paused" && where ? `paused, ${where.toLowerCase()}` : phase;
}

/** Null until the coordinator has answered. */
function useFederations(): { readonly federations: readonly FederationSummary[] | null; readonly unreadable: number } {
  const { coordinator } = useServices();
  const ready = useStore(coordinator.status).kind === "ready";
  const [reply, setReply] = useState<ReplyOf<"federation:list"> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const refresh = () => coordinator.request("federation:list", {}).then(setReply, () => {});
    void refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [coordinator, ready]);
  return reply ?? { federations: null, unreadable: 0 };
}
