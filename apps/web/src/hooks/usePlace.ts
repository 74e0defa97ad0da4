import { useLocation, useNavigate } from "react-router";
import { changesPlace, type Place, placeOf, withPlace } from "../lib/place.ts";
import { type Ahead, createPlaceAhead } from "../lib/placeAhead.ts";
import { useStore } from "./useStore.ts";

export interface Looking extends Place {
  /** What stands after the ? of the address, or soon does. */
  readonly search: string;
  /** Back leads to what was looked at before, but for what `replace` has taken the place of. */
  look(change: Partial<Place>, options?: { readonly replace?: boolean }): void;
}

/** The router is not told: it would draw all of the page for it, and the entry of the history stays the same. */
function writeAddress({ address, search }: Ahead): boolean {
  if (location.href !== address) return false;
  history.replaceState(history.state, "", location.pathname + search + location.hash);
  return true;
}

const placeAhead = createPlaceAhead(writeAddress);

/** The entry of the tab's history that is open, by the key that the router keeps with it: what a component knows of it may be older. */
const openEntry = (): string => `${history.state?.key} ${location.pathname}${location.hash}`;

/** The round and the client that all of the page looks at, which stand in its address. */
export function usePlace(): Looking {
  const { pathname, search: routed, hash } = useLocation();
  const navigate = useNavigate();
  useStore(placeAhead);
  const searchNow = () => {
    const ahead = placeAhead.get();
    return ahead?.entry === openEntry() ? ahead.search : routed;
  };
  const search = searchNow();
  return {
    ...placeOf(search),
    search,
    look(change, { replace = false } = {}) {
      const before = searchNow();
      if (!changesPlace(before, change)) return;
      const next = withPlace(before, change);
      const shown = () => ({ entry: openEntry(), address: location.href, search: next });
      if (replace) return placeAhead.replace(shown());
      placeAhead.settle();
      void navigate({ pathname, search: next, hash }, { preventScrollReset: true });
      placeAhead.show(shown());
    },
  };
}
