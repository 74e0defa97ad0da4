import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { type OwnAddress, ownAddresses } from "@duet/lora-core/protocol/ownAddresses";
import { useEffect, useState } from "react";
import { baseUrl } from "../lib/baseUrl.ts";

export interface OwnAddressesView {
  /** None until the coordinator has answered, and where it does not. */
  readonly addresses: readonly OwnAddress[];
  readonly isAsking: boolean;
  /** Asks again, and with it whether each answers. */
  ask(): void;
}

/** Where others may reach the coordinator, asked for by who has the organiser's key. */
export function useOwnAddresses(federationId: string, organiserKey: string): OwnAddressesView {
  const [addresses, setAddresses] = useState<readonly OwnAddress[]>([]);
  const [isAsking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    const found = await fetchAddresses(federationId, organiserKey).catch(() => null);
    // Without an answer those stay that there are: the page says elsewhere that the coordinator is away.
    if (found) setAddresses(found);
    setAsking(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` changes with every render.
  useEffect(() => {
    if (organiserKey !== "") void ask();
  }, [federationId, organiserKey]);
  return { addresses, isAsking, ask: () => void ask() };
}

async function fetchAddresses(federationId: string, organiserKey: string): Promise<readonly OwnAddress[]> {
  const headers = { [WATCH_TOKEN_HEADER]: organiserKey };
  const response = await fetch(`${baseUrl()}federations/${federationId}/addresses`, { headers });
  return ownAddresses.parse(await response.json()).addresses;
}
