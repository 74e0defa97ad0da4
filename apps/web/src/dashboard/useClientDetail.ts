import { type RefObject, useCallback, useEffect, useRef } from "react";
import { usePlace } from "../hooks/usePlace.ts";

export interface OpenedDetail {
  /** Of the control that takes the focus where the detail is. */
  readonly target: RefObject<HTMLButtonElement | null>;
  /** Looks at a client, whose detail stands elsewhere on the page, at the press of `opener`; at null at none. */
  readonly open: (clientId: string | null, opener: HTMLElement) => void;
}

/** Brings the detail of a client that a table opens into view, with the focus, and gives that back once it is closed. Where else a client is pinned the focus stays. */
export function useClientDetail(): OpenedDetail {
  const { client, look } = usePlace();
  const target = useRef<HTMLButtonElement>(null);
  const opened = useRef<{ readonly clientId: string | null; readonly opener: HTMLElement } | null>(null);
  useEffect(() => {
    if (client !== null && client === opened.current?.clientId) return comeTo(target.current);
    // It is on the body where what had it is gone.
    if (client === null && document.activeElement === document.body) opened.current?.opener.focus();
    opened.current = null;
  }, [client]);
  const open = useCallback<OpenedDetail["open"]>(
    (clientId, opener) => {
      opened.current = { clientId, opener };
      // Its detail is there already.
      if (clientId !== null && clientId === client) comeTo(target.current);
      else look({ client: clientId });
    },
    [client, look],
  );
  return { target, open };
}

function comeTo(control: HTMLElement | null): void {
  control?.closest("section")?.scrollIntoView({ block: "nearest" });
  control?.focus({ preventScroll: true });
}
