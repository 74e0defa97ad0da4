/**
 * Which share of the sample a tab takes. Tabs of one browser that choose at the same time, before the coordinator knows of any, agree by
 * Web Locks: a share is held until its tab is gone.
 */
import { SAMPLE_SHARES } from "@duet/lora-core/scenarios/samples";

/** The first share from `first` on that no other tab of this browser holds; always the same for this tab. */
export type ClaimShare = (federationId: string, first: number) => Promise<number>;

export function createSampleShares(): ClaimShare {
  // Missing on pages that are not secure: then the tabs that joined before are all that is known.
  const locks = Reflect.get(navigator, "locks") as LockManager | undefined;
  const held = new Map<string, Promise<number>>();

  async function claim(federationId: string, first: number): Promise<number> {
    for (let share = first; locks && share < first + SAMPLE_SHARES; share++) {
      if (await hold(locks, `duet:sample:${federationId}:${share % SAMPLE_SHARES}`)) return share;
    }
    return first;
  }

  return (federationId, first) => {
    const share = held.get(federationId) ?? claim(federationId, first);
    held.set(federationId, share);
    return share;
  };
}

/** False when another tab has it. */
function hold(locks: LockManager, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    void locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
  });
}
