import { parsePath, useLocation, useNavigate } from "react-router";
import { placeOf, withPlace } from "../lib/place.ts";

/** Goes to a path of lib/links.ts; what stands after the ? (such as `?backend=`) comes along, but what is looked at is what the path says. */
export function useGo(): (path: string, options?: { readonly replace?: boolean; readonly state?: unknown }) => void {
  const navigate = useNavigate();
  const { search } = useLocation();
  return (path, options) => {
    const to = parsePath(path);
    void navigate({ ...to, search: withPlace(search, placeOf(to.search ?? "")) }, options);
  };
}
