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
  const finished = federations?.filter(({ phase }) => phase === "finished") ?? [];
  const current = federations?.filter(({ phase }) => phase !== "finished") ?? [];
  const others =
    unreadable > 0 &&
    `${plural(unreadable, "federation")} more cannot be opened: stored by another version of Duet, or damaged. The files are kept.`;
  return (
    <>
      <Panel title="Here now" instead={insteadOf(federations, current)}>
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
            {current.map((federation) => (
              <FederationRow key={federation.federationId} federation={federation} />
            ))}
          </tbody>
        </table>
      </Panel>
      {finished.length > 0 && (
        <section aria-labelledby="finished">
          <h2 id="finished" className="large">
            Finished on this coordinator
          </h2>
          <div className="tiles">
            {finished.map(({ federationId, name, clients, rounds, contact }) => (
              <article key={federationId} className="tile">
                <h3>{name}</h3>
                <p>
                  {plural(clients, "client")} · {plural(rounds, "round")}
                </p>
                <p className="muted small">{contact ? `Ask: ${contact}` : "What came of it is behind its link."}</p>
              </article>
            ))}
          </div>
        </section>
      )}
      {others && <p className="muted small">{others}</p>}
    </>
  );
}

/** Why there is no list. */
function insteadOf(federations: readonly FederationSummary[] | null, current: readonly FederationSummary[]): string | null {
  if (federations === null) return "Asking the coordinator which federations there are.";
  if (current.length > 0) return null;
  return "None is listed. Organisers choose whether their federations are; joining and watching need a link.";
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
