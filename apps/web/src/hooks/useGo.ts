import { parsePath, useLocation, useNavigate } from "react-router";
import { withPlace } from "../lib/place.ts";

/** Goes to a path of lib/links.ts; what stands after the ? (such as `?backend=`) comes along, but for what was looked at. */
export function useGo(): (path: string, options?: { readonly replace?: boolean; readonly state?: unknown }) => void {
  const navigate = useNavigate();
  const search = withPlace(useLocation().search, { round: null, client: null });
  return (path, options) => void navigate({ ...parsePath(path), search }, options);
}
