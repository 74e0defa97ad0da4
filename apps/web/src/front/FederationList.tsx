import type { FederationSummary, ReplyOf } from "@duet/lora-core/protocol/messages";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";
import { useEffect, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { plural } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";

const REFRESH_MS = 5_000;

/** The federations that are to be found here, renewed while the page is open. Watching one needs its link. */
export function FederationList() {
  const { federations, unreadable } = useFederations();
  const others =
    unreadable > 0 &&
    `${plural(unreadable, "federation")} more cannot be opened: stored by another version of Duet, or damaged. The files are kept.`;
  const empty =
    federations === null
      ? "Asking the coordinator which federations there are."
      : federations.length === 0
        ? others || "None is listed. Organisers choose whether their federations are; joining and watching need a link."
        : null;
  return (
    <Panel title="Here now" empty={empty}>
      <table className="plain cards">
        <thead>
          <tr>
            <th>Federation</th>
            <th>Where it stands</th>
            <th>Clients</th>
            <th>How to ask</th>
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
  const { name, clients, contact } = federation;
  return (
    <tr>
      <td data-label="Federation">{name}</td>
      <td data-label="Where it stands">{standing(federation)}</td>
      <td data-label="Clients">{plural(clients, "client")}</td>
      <td data-label="How to ask">{contact || <span className="muted">not said</span>}</td>
    </tr>
  );
}

function standing({ phase, round, rounds }: FederationSummary): string {
  const where = round === null ? null : roundLabel(round, rounds);
  if (phase === "collecting" || phase === "exchanging" || phase === "aggregating") return where ?? "starting";
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
