import type { FederationSummary, ReplyOf } from "@duet/lora-core/protocol/messages";
import { useEffect, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { formatFraction } from "../lib/format.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { words as common } from "../lib/words.ts";
import { Panel } from "../ui/Panel.tsx";
import { RangeLine } from "../ui/RangeLine.tsx";
import { words } from "./words.ts";

const REFRESH_MS = 5_000;

/** The federations that are to be found here, renewed while the page is open. Watching one needs its link. */
export function FederationList() {
  const { federations, unreadable } = useFederations();
  const finished = federations?.filter(({ phase }) => phase === "finished") ?? [];
  const current = federations?.filter(({ phase }) => phase !== "finished") ?? [];
  const others = unreadable > 0 && words.federationList.unreadable(unreadable);
  return (
    <>
      {current.length === 0 ? (
        <section className="quiet" aria-labelledby="here-now">
          <h2 id="here-now">{words.federationList.hereNow}</h2>
          <p className="muted" style={{ margin: "4px 0 0" }}>
            {federations === null ? words.federationList.asking : words.federationList.noneListed}
          </p>
        </section>
      ) : (
        <Panel title={words.federationList.hereNow}>
          <table className="plain cards">
            <thead>
              <tr>
                <th>{words.federationList.federation}</th>
                <th>{words.federationList.standing}</th>
                <th>{words.federationList.clients}</th>
                <th>{words.federationList.howToAsk}</th>
              </tr>
            </thead>
            <tbody>
              {current.map((federation) => (
                <FederationRow key={federation.federationId} federation={federation} />
              ))}
            </tbody>
          </table>
        </Panel>
      )}
      {finished.length > 0 && (
        <section aria-labelledby="finished">
          <h2 id="finished" className="large">
            {words.federationList.finishedHere}
          </h2>
          <div className="tiles">
            {finished.map(({ federationId, name, clients, rounds, contact, result }) => (
              <article key={federationId} className="tile" aria-label={name}>
                <h3>{name}</h3>
                {result && (
                  <>
                    <p className="cardFigure">
                      {result.base !== null && `${formatFraction(result.base)} → `}
                      {formatFraction(result.served)}
                    </p>
                    <RangeLine
                      points={[
                        ...(result.base === null ? [] : [{ share: result.base, color: "var(--base)" }]),
                        { share: result.served, color: "var(--fused)" },
                      ]}
                    />
                    <p className="small">{words.federationList.figure}</p>
                  </>
                )}
                <p>
                  {common.counts.clients(clients)} · {common.counts.rounds(rounds)}
                </p>
                <p className="muted small">{contact ? words.federationList.ask(contact) : words.federationList.behindItsLink}</p>
              </article>
            ))}
          </div>
        </section>
      )}
      {others && <p className="muted small">{others}</p>}
    </>
  );
}

function FederationRow({ federation }: { readonly federation: FederationSummary }) {
  const { name, clients, contact } = federation;
  return (
    <tr>
      <td data-label={words.federationList.federation}>{name}</td>
      <td data-label={words.federationList.standing}>{standing(federation)}</td>
      <td data-label={words.federationList.clients}>{common.counts.clients(clients)}</td>
      <td data-label={words.federationList.howToAsk}>
        {contact || <span className="muted">{words.federationList.notSaid}</span>}
      </td>
    </tr>
  );
}

function standing({ phase, round, rounds }: FederationSummary): string {
  const where = round === null ? null : roundLabel(round, rounds);
  if (phase === "collecting" || phase === "exchanging" || phase === "aggregating")
    return where ?? words.federationList.phases.starting;
  return phase === "paused" && where ? words.federationList.paused(where) : words.federationList.phases[phase];
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
