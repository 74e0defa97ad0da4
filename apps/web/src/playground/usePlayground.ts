import type { SessionState } from "@duet/client/sessionState";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { useEffect, useState } from "react";
import { createPlayground, type Playground } from "../services/playground.ts";
import type { TabSession } from "../services/tabSessions.ts";
import { closedBecause } from "./closedBecause.ts";
import { firstFused } from "./fusedAnswers.ts";

export interface OpenPlayground {
  readonly playground: Playground;
  /** Why nothing can be asked now; null where it can. */
  readonly closed: string | null;
}

/** A playground of this tab as long as the component stands, with the weights that were found last. */
export function usePlayground(session: TabSession, state: SessionState, config: FederationConfig): OpenPlayground {
  const found = state.adapters?.served ? state.adapters.fusion : null;
  const [playground] = useState(() =>
    createPlayground({ engine: session.engine, task: config.task, fused: firstFused(config, found), now: Date.now }),
  );
  const closed = closedBecause(state);
  const isOpen = closed === null;
  const [w1, w2] = [found?.personal, found?.shared];
  useEffect(() => () => playground.stop(), [playground]);
  useEffect(() => {
    if (isOpen && w1 !== undefined && w2 !== undefined) playground.fuse(firstFused(config, { personal: w1, shared: w2 }));
  }, [playground, config, isOpen, w1, w2]);
  return { playground, closed };
}
