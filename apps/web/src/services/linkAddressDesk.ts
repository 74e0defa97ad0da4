/** What a federation's links are made of, the same for everything that shows one. */
import { createStore, type ReadableStore } from "@duet/client/store";
import type { OwnAddress } from "@duet/lora-core/protocol/ownAddresses";
import type { TabStorage } from "./tabStorage.ts";

export interface KnownAddresses {
  /** The coordinator's, besides the page's own. */
  readonly others: readonly OwnAddress[];
  /** Chosen in this tab; null where none was. */
  readonly wanted: string | null;
  readonly isAsking: boolean;
  /** The first question is over, with an answer or without one. */
  readonly isKnown: boolean;
}

export interface LinkAddressDesk {
  readonly known: ReadableStore<KnownAddresses>;
  /** Asks, unless somebody is here who has; returns how to leave. */
  enter(organiserKey: string): () => void;
  ask(organiserKey: string): Promise<void>;
  choose(address: string): void;
}

export interface LinkAddressParts {
  readonly storage: Pick<TabStorage, "linkAddress" | "saveLinkAddress">;
  readonly fetchAddresses: (organiserKey: string) => Promise<readonly OwnAddress[]>;
}

export function createLinkAddressDesk({ storage, fetchAddresses }: LinkAddressParts): LinkAddressDesk {
  const known = createStore<KnownAddresses>({ others: [], wanted: storage.linkAddress(), isAsking: false, isKnown: false });
  const change = (change: Partial<KnownAddresses>) => known.set({ ...known.get(), ...change });
  let here = 0;

  async function ask(organiserKey: string): Promise<void> {
    change({ isAsking: true });
    const others = await fetchAddresses(organiserKey).catch(() => null);
    // Without an answer those stay that there are: the page says elsewhere that the coordinator is away.
    change({ ...(others ? { others } : {}), isAsking: false, isKnown: true });
  }

  return {
    known,
    enter(organiserKey) {
      here += 1;
      if (here === 1) {
        // It may have been chosen for another federation.
        change({ wanted: storage.linkAddress() });
        void ask(organiserKey);
      }
      return () => {
        here -= 1;
      };
    },
    ask,
    choose(address) {
      storage.saveLinkAddress(address);
      change({ wanted: address });
    },
  };
}
