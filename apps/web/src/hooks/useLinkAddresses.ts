import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { type OwnAddress, ownAddresses } from "@duet/lora-core/protocol/ownAddresses";
import { useEffect, useState } from "react";
import { baseUrl } from "../lib/baseUrl.ts";
import { type LinkAddress, linkAddresses, proposedAddress } from "../lib/reach.ts";
import { useServices } from "./ServicesContext.tsx";

export interface LinkAddressesView {
  /** The page's own first; no others before the coordinator has answered, where it does not, and for who does not organise the federation. */
  readonly addresses: readonly [LinkAddress, ...LinkAddress[]];
  /** What links that are passed on are made of: what was chosen in this tab, else what is proposed. */
  readonly chosen: LinkAddress;
  choose(address: string): void;
  readonly isAsking: boolean;
  /** Asks for them again, and with it whether each answers. */
  ask(): void;
}

/** Where others may reach the coordinator; it tells who has the organiser's key. */
export function useLinkAddresses(federationId: string): LinkAddressesView {
  const { storage } = useServices();
  const organiserKey = storage.organiser(federationId)?.organiserKey ?? null;
  const [others, setOthers] = useState<readonly OwnAddress[]>([]);
  const [isAsking, setAsking] = useState(false);
  const [wanted, setWanted] = useState(() => storage.linkAddress());
  const ask = async () => {
    if (organiserKey === null) return;
    setAsking(true);
    const found = await fetchAddresses(federationId, organiserKey).catch(() => null);
    // Without an answer those stay that there are: the page says elsewhere that the coordinator is away.
    if (found) setOthers(found);
    setAsking(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` changes with every render.
  useEffect(() => {
    void ask();
  }, [federationId, organiserKey]);
  const addresses = linkAddresses(baseUrl(), others);
  return {
    addresses,
    chosen: addresses.find(({ address }) => address === wanted) ?? proposedAddress(addresses),
    choose(address) {
      storage.saveLinkAddress(address);
      setWanted(address);
    },
    isAsking,
    ask: () => void ask(),
  };
}

async function fetchAddresses(federationId: string, organiserKey: string): Promise<readonly OwnAddress[]> {
  const headers = { [WATCH_TOKEN_HEADER]: organiserKey };
  const response = await fetch(`${baseUrl()}federations/${federationId}/addresses`, { headers });
  return ownAddresses.parse(await response.json()).addresses;
}
