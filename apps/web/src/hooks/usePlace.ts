import { createOpenSearch } from "../lib/openSearch.ts";
import { changesPlace, type Place, placeOf, withPlace } from "../lib/place.ts";
import { useStore } from "./useStore.ts";

export interface Looking extends Place {
  /** What stands after the ? of the address, or soon does. */
  readonly search: string;
  /** Back leads to what was looked at before, but for what `replace` has taken the place of. */
  look(change: Partial<Place>, options?: { readonly replace?: boolean }): void;
}

const withSearch = (search: string): string => location.pathname + search + location.hash;

const openSearch = createOpenSearch({
  href: () => location.href,
  search: () => location.search,
  push: (search) => history.pushState(history.state, "", withSearch(search)),
  replace: (search) => history.replaceState(history.state, "", withSearch(search)),
  onMoved: (listener) => window.addEventListener("popstate", listener),
});

function look(change: Partial<Place>, { replace = false } = {}): void {
  const before = openSearch.get();
  if (!changesPlace(before, change)) return;
  const next = withPlace(before, change);
  if (replace) openSearch.replace(next);
  else openSearch.push(next);
}

/** The round and the client that all of the page looks at, which stand in its address. */
export function usePlace(): Looking {
  const search = useStore(openSearch);
  return { ...placeOf(search), search, look };
}
