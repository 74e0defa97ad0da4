import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { federationPath, organisePath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";

const ROLES = {
  organiser: { words: "you organise it", path: organisePath },
  client: { words: "you joined it", path: federationPath },
} as const;

/** Its page was left before it was known. */
const NAMELESS = "a federation without a known name";

/** The ways back to the federations that this browser organises or has joined. */
export function KnownFederations() {
  const known = useServices().storage.known();
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
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
