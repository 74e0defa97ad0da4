/** How much each network and account still may: buckets that fill again at an even pace. */
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import { MAX_REMEMBERED, MAX_RETRY_AFTER_MS, QUOTAS, type Quota, type QuotaName } from "./limits.ts";
import { createRecentMap } from "./recentMap.ts";

export interface Quotas {
  /**
   * Counts it against `who`, a network or an account, at once and before anything else is done. @throws {Refusal} QUOTA_USED_UP, uncounted, with when
   * there will be enough, where that is soon.
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
}

const WORDS: Readonly<Record<QuotaName, string>> = {
  federation: "New federations",
  handshake: "New connections",
  join: "Joins",
  message: "Messages",
  upload: "Uploads",
  refusalLogged: "Refusals",
  signIn: "Tries to sign in",
};

/** `changes` are what an operator set. */
export function createQuotas(clock: Clock, changes: Partial<Record<QuotaName, Quota>> = {}): Quotas {
  const quotas: Readonly<Record<QuotaName, Quota>> = { ...QUOTAS, ...changes };
  const buckets = createRecentMap<Bucket>(MAX_REMEMBERED);

  const leftOf = (key: string, { amount, perMs }: Quota) => {
    const bucket = buckets.get(key);
    if (!bucket) return amount;
    return Math.min(amount, bucket.left + ((clock.now() - bucket.at) * amount) / perMs);
  };

  function count(name: QuotaName, who: string, amount: number): boolean {
    const key = `${name} ${who}`;
    const left = leftOf(key, quotas[name]);
    if (left < amount) return false;
    buckets.set(key, { left: left - amount, at: clock.now() });
    return true;
  }

  return {
    take(name, who, amount = 1) {
      if (count(name, who, amount)) return;
      const quota = quotas[name];
      const retryAfterMs = Math.ceil(((amount - leftOf(`${name} ${who}`, quota)) * quota.perMs) / quota.amount);
      const isSoon = amount <= quota.amount && retryAfterMs <= MAX_RETRY_AFTER_MS;
      const said = `${WORDS[name]} from this address or account come too fast`;
      throw new Refusal("QUOTA_USED_UP", said, isSoon ? { retryAfterMs } : {});
    },
    has: (name, who) => count(name, who, 1),
    giveBack(name, who, amount = 1) {
      const key = `${name} ${who}`;
      const quota = quotas[name];
      buckets.set(key, { left: Math.min(quota.amount, leftOf(key, quota) + amount), at: clock.now() });
    },
  };
}
