import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { type OwnAddress, ownAddresses } from "@duet/lora-core/protocol/ownAddresses";
import { useEffect } from "react";
import { baseUrl } from "../lib/baseUrl.ts";
import { type LinkAddress, linkAddresses, proposedAddress } from "../lib/reach.ts";
import { createLinkAddressDesk, type LinkAddressDesk } from "../services/linkAddressDesk.ts";
import type { TabStorage } from "../services/tabStorage.ts";
import { useServices } from "./ServicesContext.tsx";
import { useStore } from "./useStore.ts";

export interface LinkAddressesView {
  /** The page's own first; no others before the coordinator has answered, where it does not, and for who does not organise the federation. */
  readonly addresses: readonly [LinkAddress, ...LinkAddress[]];
  /** What links that are passed on are made of: what was chosen in this tab, else what is proposed. */
  readonly chosen: LinkAddress;
  choose(address: string): void;
  readonly isAsking: boolean;
  /** Only this machine reaches the page's own address, and it is not known yet whether there is a better one. */
  readonly isUndecided: boolean;
  /** Asks for them again, and with it whether each answers. */
  ask(): void;
}

/** Where others may reach the coordinator; it tells who has the organiser's key. One choice for all that show a link of the federation. */
export function useLinkAddresses(federationId: string): LinkAddressesView {
  const { storage } = useServices();
  const organiserKey = storage.organiser(federationId)?.organiserKey ?? null;
  const desk = deskOf(federationId, storage);
  const { others, wanted, isAsking, isKnown } = useStore(desk.known);
  useEffect(() => (organiserKey === null ? undefined : desk.enter(organiserKey)), [desk, organiserKey]);
  const addresses = linkAddresses(baseUrl(), others);
  return {
    addresses,
    chosen: addresses.find(({ address }) => address === wanted) ?? proposedAddress(addresses),
    choose: desk.choose,
    isAsking,
    isUndecided: organiserKey !== null && !isKnown && addresses[0].reach === "this machine",
    ask: () => organiserKey !== null && void desk.ask(organiserKey),
  };
}

const desks = new Map<string, LinkAddressDesk>();

function deskOf(federationId: string, storage: TabStorage): LinkAddressDesk {
  const known = desks.get(federationId);
  if (known) return known;
  const desk = createLinkAddressDesk({ storage, fetchAddresses: (key) => fetchAddresses(federationId, key) });
  desks.set(federationId, desk);
  return desk;
}

async function fetchAddresses(federationId: string, organiserKey: string): Promise<readonly OwnAddress[]> {
  const headers = { [WATCH_TOKEN_HEADER]: organiserKey };
  const response = await fetch(`${baseUrl()}federations/${federationId}/addresses`, {
    headers,
    signal: AbortSignal.timeout(ACK_TIMEOUT_MS),
  });
  return ownAddresses.parse(await response.json()).addresses;
}
