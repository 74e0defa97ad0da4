import type { ReactNode } from "react";
import { Scroll } from "../ui/Scroll.tsx";
import { words } from "./words.ts";

export interface EveryClientProps {
  readonly clients: number;
  readonly isMany: boolean;
  /** An entry for each. */
  readonly children: ReactNode;
}

/** A list of all clients; where they are many it is opened on demand, and scrolls. */
export function EveryClient({ clients, isMany, children }: EveryClientProps) {
  if (!isMany) return children;
  const all = words.everyClient.all(clients);
  return (
    <details>
      <summary className="small">{all}</summary>
      <Scroll label={all} style={{ maxHeight: 320, overflow: "auto" }}>
        {children}
      </Scroll>
    </details>
  );
}
