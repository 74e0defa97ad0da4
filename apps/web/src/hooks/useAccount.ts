import { readSession, signIn, signOut } from "@duet/client/accountSession";
import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import type { SessionState } from "@duet/lora-core/protocol/session";
import { useEffect, useState } from "react";
import { useServices } from "./ServicesContext.tsx";

export interface AccountHandle {
  /** Null until the coordinator has answered. */
  readonly state: SessionState | null;
  /** Why it has not. */
  readonly failure: FailureText | null;
  /** @throws {DuetError} as `signIn` of accountSession.ts. */
  signIn(key: string): Promise<void>;
  /** @throws {DuetError} as `signOut` of accountSession.ts. */
  signOut(): Promise<void>;
}

/** As whom this browser is signed in at the coordinator, and whether it may create federations. */
export function useAccount(): AccountHandle {
  const { coordinator } = useServices();
  const [state, setState] = useState<SessionState | null>(null);
  const [failure, setFailure] = useState<FailureText | null>(null);
  useEffect(() => {
    readSession(coordinator.baseUrl).then(setState, (error: unknown) => setFailure(explain(error)));
  }, [coordinator]);
  /** A socket is signed in as who opened it. */
  const changed = async () => {
    coordinator.reconnect();
    setState(await readSession(coordinator.baseUrl));
  };
  return {
    state,
    failure,
    async signIn(key) {
      await signIn(coordinator.baseUrl, key);
      await changed();
    },
    async signOut() {
      await signOut(coordinator.baseUrl);
      await changed();
    },
  };
}
