import { NavLink, parsePath } from "react-router";
import { words } from "../dashboard/words.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { federationPath, playgroundPath } from "../lib/links.ts";

/** The two sides of a participant's page, each with an address of its own; what is looked at stays in it. */
export function FederationTabs({ federationId, token }: { readonly federationId: string; readonly token: string }) {
  const { search } = usePlace();
  const to = (path: string) => ({ ...parsePath(path), search });
  return (
    <nav className="tabs" aria-label={words.federationTabs.viewsOfThisFederation}>
      <NavLink to={to(federationPath(federationId, token))} end>
        {words.federationTabs.rounds}
      </NavLink>
      <NavLink to={to(playgroundPath(federationId, token))}>{words.federationTabs.playground}</NavLink>
    </nav>
  );
}
