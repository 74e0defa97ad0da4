/** Who tries wrong secrets is not listened to for a while, each time for longer; others go on. */
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import type { Audit } from "./audit.ts";
import { FIRST_LOCK_MS, LONGEST_LOCK_MS, MAX_REMEMBERED, MAX_WRONG, type SecretKind, WRONG_WINDOW_MS } from "./limits.ts";
import { createRecentMap } from "./recentMap.ts";

export interface Lockout {
  /** @throws {Refusal} LOCKED_OUT while secrets of this kind are not looked at for this network. */
  assertOpen(network: string, kind: SecretKind): void;
  /** A wrong one was tried. */
  failed(network: string, kind: SecretKind): void;
}

interface Tries {
  readonly wrong: number;
  readonly lastAt: number;
  /** Lock-outs so far. */
  readonly locks: number;
  readonly lockedUntil: number;
}

/** A lock-out is logged when it begins: once, whatever is tried meanwhile. */
export function createLockout(clock: Clock, audit: Pick<Audit, "record">): Lockout {
  const tries = createRecentMap<Tries>(MAX_REMEMBERED);

  return {
    assertOpen(network, kind) {
      const lockedUntil = tries.get(`${kind} ${network}`)?.lockedUntil ?? 0;
      const left = lockedUntil - clock.now();
      if (left <= 0) return;
      if (left > 60_000) throw new Refusal("LOCKED_OUT", ["lockedForMinutes", kind, Math.ceil(left / 60_000)]);
      throw new Refusal("LOCKED_OUT", ["lockedForSeconds", kind, Math.ceil(left / 1000)]);
    },
    failed(network, kind) {
      const now = clock.now();
      const key = `${kind} ${network}`;
      const known = tries.get(key);
      // What a lock-out has cost is remembered for as long as the longest one.
      const locks = known && now - known.lastAt < LONGEST_LOCK_MS + WRONG_WINDOW_MS ? known.locks : 0;
      const wrong = (known && now - known.lastAt < WRONG_WINDOW_MS ? known.wrong : 0) + 1;
      if (wrong < MAX_WRONG[kind]) {
        tries.set(key, { wrong, lastAt: now, locks, lockedUntil: known?.lockedUntil ?? 0 });
        return;
      }
      const lockMs = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** locks);
      tries.set(key, { wrong: 0, lastAt: now, locks: locks + 1, lockedUntil: now + lockMs });
      audit.record("lockout", { address: network, action: kind, seconds: lockMs / 1000 });
    },
  };
}
