import { NavLink } from "react-router";
import { federationPath, playgroundPath } from "../lib/links.ts";

/** The two sides of a participant's page, each with an address of its own. */
export function FederationTabs({ federationId, token }: { readonly federationId: string; readonly token: string }) {
  return (
    <nav className="tabs" aria-label="Views of this federation">
      <NavLink to={federationPath(federationId, token)} end>
        Rounds
      </NavLink>
      <NavLink to={playgroundPath(federationId, token)}>Playground</NavLink>
    </nav>
  );
}
