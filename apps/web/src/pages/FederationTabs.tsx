import { NavLink } from "react-router";
import { words } from "../dashboard/words.ts";
import { federationPath, playgroundPath } from "../lib/links.ts";

/** The two sides of a participant's page, each with an address of its own. */
export function FederationTabs({ federationId, token }: { readonly federationId: string; readonly token: string }) {
  return (
    <nav className="tabs" aria-label={words.federationTabs.viewsOfThisFederation}>
      <NavLink to={federationPath(federationId, token)} end>
        {words.federationTabs.rounds}
      </NavLink>
      <NavLink to={playgroundPath(federationId, token)}>{words.federationTabs.playground}</NavLink>
    </nav>
  );
}
