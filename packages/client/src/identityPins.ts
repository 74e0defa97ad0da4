/** The keys by which a session knows the other clients: the first that it saw of each, for as long as it lives. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

export interface IdentityPins {
  /** Everybody's, by id. @throws {DuetError} SECURE_REFUSED where somebody has another key than before. */
  of(clients: Snapshot["clients"]): Readonly<Record<string, string>>;
}

export function createIdentityPins(): IdentityPins {
  const pinned = new Map<string, string>();
  return {
    of(clients) {
      for (const { id, name, identity } of clients) {
        if (identity === null) continue;
        const before = pinned.get(id) ?? identity;
        if (before !== identity) {
          throw new DuetError("SECURE_REFUSED", `the coordinator shows another key of ${name} than before`);
        }
        pinned.set(id, identity);
      }
      return Object.fromEntries(pinned);
    },
  };
}
