import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { federationPath, organisePath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";
import { ForgetData } from "./ForgetData.tsx";

const ROLES = {
  organiser: { words: "you organise it", path: organisePath },
  client: { words: "you joined it", path: federationPath },
} as const;

/** Its page was left before it was known. */
const NAMELESS = "a federation without a known name";

export interface KnownFederationsProps {
  /** Gets what was forgotten, in words. */
  readonly onForgotten: (words: string) => void;
}

/** The ways back to the federations that this browser organises or has joined; those that it finished as a client have cards of their own. */
export function KnownFederations({ onForgotten }: KnownFederationsProps) {
  const { storage } = useServices();
  const past = new Set(storage.past().map(({ federationId }) => federationId));
  const known = storage.known().filter(({ federationId, role }) => role === "organiser" || !past.has(federationId));
  if (known.length === 0) return null;
  return (
    <Panel title="Yours" hint="Kept in this browser, with their links.">
      <table className="plain cards">
        <thead>
          <tr>
            <th>Federation</th>
            <th>Your part</th>
            <th>
              <span className="visuallyHidden">Open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {known.map(({ federationId, name, role, token }) => (
            <tr key={federationId}>
              <td data-label="Federation">{name || NAMELESS}</td>
              <td data-label="Your part">{ROLES[role].words}</td>
              <td className="wide">
                <Button
                  component={Link}
                  to={ROLES[role].path(federationId, token)}
                  size="xs"
                  variant="default"
                  aria-label={`Open ${name || NAMELESS}`}
                >
                  Open
                </Button>{" "}
                {storage.clientOf(federationId) !== null && !past.has(federationId) && (
                  <ForgetData federationId={federationId} name={name || NAMELESS} onForgotten={onForgotten} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
