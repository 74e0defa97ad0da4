/** The keys by which a client knows the other ones: the first that it saw of each, for as long as it takes part. */
import { workError } from "@duet/lora-core/errors/workError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

export interface IdentityPins {
  /** Everybody's, by id. @throws {DuetError} SECURE_REFUSED where somebody has another key than before. */
  of(clients: Snapshot["clients"]): Readonly<Record<string, string>>;
}

/** Goes on from those that are `known`; `keep` is told all whenever there are more. */
export function createIdentityPins(
  known: Readonly<Record<string, string>>,
  keep: (pins: Readonly<Record<string, string>>) => void,
): IdentityPins {
  const pinned = new Map(Object.entries(known));
  return {
    of(clients) {
      const before = pinned.size;
      for (const { id, name, identity } of clients) {
        if (identity === null) continue;
        const seen = pinned.get(id) ?? identity;
        if (seen !== identity) {
          throw workError("SECURE_REFUSED", ["otherKey", name]);
        }
        pinned.set(id, identity);
      }
      const pins = Object.fromEntries(pinned);
      if (pinned.size > before) keep(pins);
      return pins;
    },
  };
}
