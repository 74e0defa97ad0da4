import { type RefObject, useEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

/**
 * Who comes to another page begins at its top, with the keyboard and a screen reader too: the element takes the focus. Who goes back stands
 * where the browser left them, and who has just opened the address is left alone: for the router both are a POP.
 */
export function useArrival<T extends HTMLElement>(): RefObject<T | null> {
  const page = useRef<T>(null);
  const { pathname } = useLocation();
  const how = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per page, whose path it is.
  useEffect(() => {
    if (how === "POP") return;
    window.scrollTo(0, 0);
    page.current?.focus({ preventScroll: true });
  }, [pathname, how]);
  return page;
}
