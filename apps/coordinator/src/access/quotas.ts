/**
 * How much each network and account still may: buckets that fill again at an even pace. Who finds one empty is told when to come again: the refused
 * stand in a line of which only its end is remembered, each after what those before it will take, so that a crowd behind one address is not told to
 * come back all at once.
 */
import { MAX_RETRY_AFTER_MS } from "@duet/lora-core/protocol/limits";
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import { LEAST_RETRY_AFTER_MS, MAX_REMEMBERED, QUOTAS, type Quota, type QuotaName } from "./limits.ts";
import { createRecentMap } from "./recentMap.ts";

export interface Quotas {
  /**
   * Counts it against `who`, a network or an account, at once and before anything else is done. @throws {Refusal} QUOTA_USED_UP, uncounted, with when
   * there will be enough for it and for those who were refused before it, where that is soon.
   */
  take(name: QuotaName, who: string, amount?: number): void;
  /** The same; false in place of a refusal. */
  has(name: QuotaName, who: string): boolean;
  /** Gives back what was taken for something that did not come about. */
  giveBack(name: QuotaName, who: string, amount?: number): void;
}

interface Bucket {
  readonly left: number;
  readonly at: number;
  /** When there will have been enough for all who were refused. */
  readonly lineEndsAt: number;
}

/** `changes` are what an operator set. */
export function createQuotas(clock: Clock, changes: Partial<Record<QuotaName, Quota>> = {}): Quotas {
  const quotas: Readonly<Record<QuotaName, Quota>> = { ...QUOTAS, ...changes };
  const buckets = createRecentMap<Bucket>(MAX_REMEMBERED);

  const leftOf = (key: string, { amount, perMs }: Quota) => {
    const bucket = buckets.get(key);
    if (!bucket) return amount;
    return Math.min(amount, bucket.left + ((clock.now() - bucket.at) * amount) / perMs);
  };
  const keep = (key: string, left: number, lineEndsAt = buckets.get(key)?.lineEndsAt ?? 0) =>
    buckets.set(key, { left, at: clock.now(), lineEndsAt });

  function count(name: QuotaName, who: string, amount: number): boolean {
    const key = `${name} ${who}`;
    const left = leftOf(key, quotas[name]);
    if (left < amount) return false;
    keep(key, left - amount);
    return true;
  }

  /** Puts who was refused `amount` at the end of the line: when it is to come again, ms from now; null where that would not be soon, or never. */
  function line(name: QuotaName, who: string, amount: number): number | null {
    const key = `${name} ${who}`;
    const quota = quotas[name];
    const msFor = (wanted: number) => (wanted * quota.perMs) / quota.amount;
    const left = leftOf(key, quota);
    if (amount > quota.amount || msFor(amount - left) > MAX_RETRY_AFTER_MS) return null;
    const now = clock.now();
    const lineEndsAt = buckets.get(key)?.lineEndsAt ?? 0;
    const readyAt = lineEndsAt > now ? lineEndsAt + msFor(amount) : now + msFor(amount - left);
    const toldAt = Math.min(readyAt, now + MAX_RETRY_AFTER_MS);
    keep(key, left, toldAt);
    return Math.max(LEAST_RETRY_AFTER_MS, Math.ceil(toldAt - now));
  }

  return {
    take(name, who, amount = 1) {
      if (count(name, who, amount)) return;
      const retryAfterMs = line(name, who, amount);
      throw new Refusal("QUOTA_USED_UP", ["tooFast", name], retryAfterMs === null ? {} : { retryAfterMs });
    },
    has: (name, who) => count(name, who, 1),
    giveBack(name, who, amount = 1) {
      const key = `${name} ${who}`;
      const quota = quotas[name];
      keep(key, Math.min(quota.amount, leftOf(key, quota) + amount));
    },
  };
}
