import { parsePath, useLocation, useNavigate } from "react-router";

/** Goes to a path of lib/links.ts; what stands after the ? (such as `?backend=`) comes along. */
export function useGo(): (path: string, options?: { readonly replace?: boolean; readonly state?: unknown }) => void {
  const navigate = useNavigate();
  const { search } = useLocation();
  return (path, options) => void navigate({ ...parsePath(path), search }, options);
}
