import type { FederationSummary } from "@duet/lora-core/protocol/messages";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useServices } from "../app/ServicesContext.tsx";
import { roundLabel } from "../dashboard/progressView.ts";
import { useStore } from "../hooks/useStore.ts";
import { formatFraction, plural } from "../lib/format.ts";
import { watchPath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";

const REFRESH_MS = 5_000;

/** The federations of this coordinator, renewed while the page is open. */
export function FederationList() {
  const federations = useFederations();
  const empty =
    federations === null
      ? "Asking the coordinator which federations there are."
      : federations.length === 0
        ? "No federation yet. The ones on this coordinator will be listed here, with a link to watch."
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

function useFederations(): readonly FederationSummary[] | null {
  const { coordinator } = useServices();
  const ready = useStore(coordinator.status).kind === "ready";
  const [federations, setFederations] = useState<readonly FederationSummary[] | null>(null);
  useEffect(() => {
    if (!ready) return;
    const refresh = () =>
      coordinator.request("federation:list", {}).then(
        (reply) => setFederations(reply.federations),
        () => {},
      );
    void refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [coordinator, ready]);
  return federations;
}
