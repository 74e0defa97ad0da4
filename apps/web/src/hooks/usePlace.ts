import { useLocation, useNavigate } from "react-router";
import { type Place, placeOf, withPlace } from "../lib/place.ts";

export interface Looking extends Place {
  /** Back leads to what was looked at before, but for what `replace` has taken the place of. */
  look(change: Partial<Place>, options?: { readonly replace?: boolean }): void;
}

/** The round and the client that all of the page looks at, which stand in its address. */
export function usePlace(): Looking {
  const { pathname, search, hash } = useLocation();
  const navigate = useNavigate();
  return {
    ...placeOf(search),
    look: (change, options) =>
      void navigate({ pathname, search: withPlace(search, change), hash }, { preventScrollReset: true, ...options }),
  };
}
