import { Button } from "@mantine/core";
import type { ComponentType } from "react";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { federationPath, organisePath } from "../lib/links.ts";
import type { KnownFederation } from "../services/tabStorage.ts";
import { ConfirmButton } from "../ui/ConfirmButton.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ForgetData } from "./ForgetData.tsx";
import { words } from "./words.ts";

const PATHS = { organiser: organisePath, client: federationPath } as const;

export interface KnownFederationsProps {
  /** Gets what was forgotten, in words. */
  readonly onForgotten: (words: string) => void;
  /** Says where one of them stands, by the token of the way back. */
  readonly standing: ComponentType<Pick<KnownFederation, "federationId" | "token">>;
}

/** The ways back to the federations that this browser organises or has joined; those that it finished as a client have cards of their own. */
export function KnownFederations({ onForgotten, standing: Standing }: KnownFederationsProps) {
  const { storage } = useServices();
  const past = new Set(storage.past().map(({ federationId }) => federationId));
  const known = storage.known().filter(({ federationId, role }) => role === "organiser" || !past.has(federationId));
  if (known.length === 0) return null;
  const named = known.map((one) => ({ ...one, name: one.name || words.knownFederations.nameless }));
  return (
    <Panel title={words.knownFederations.yours} hint={words.knownFederations.hint}>
      <table className="plain cards">
        <thead>
          <tr>
            <th>{words.knownFederations.federation}</th>
            <th>{words.knownFederations.standing}</th>
            <th>
              <span className="visuallyHidden">{words.knownFederations.open}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {named.map(({ federationId, name, role, token }) => (
            <tr key={federationId}>
              <td data-label={words.knownFederations.federation}>
                {name}
                <div className="muted small">{words.knownFederations.roles[role]}</div>
              </td>
              <td data-label={words.knownFederations.standing}>
                <Standing federationId={federationId} token={token} />
              </td>
              <td className="wide">
                <Button
                  component={Link}
                  to={PATHS[role](federationId, token)}
                  size="xs"
                  variant="default"
                  aria-label={words.knownFederations.openNamed(name)}
                >
                  {words.knownFederations.open}
                </Button>{" "}
                {role === "organiser" && storage.clientOf(federationId) === null && (
                  <ConfirmButton
                    label={words.knownFederations.takeOff}
                    name={words.knownFederations.takeOffNamed(name)}
                    warning={words.knownFederations.takeOffWarning}
                    onConfirm={() => {
                      storage.forgetOrganiser(federationId);
                      onForgotten(words.knownFederations.takenOff(name));
                    }}
                  />
                )}
                {storage.clientOf(federationId) !== null && !past.has(federationId) && (
                  <ForgetData federationId={federationId} name={name} onForgotten={onForgotten} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
