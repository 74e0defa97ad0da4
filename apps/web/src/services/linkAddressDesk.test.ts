import { expect, test, vi } from "vitest";
import { createLinkAddressDesk, type LinkAddressParts } from "./linkAddressDesk.ts";

const NETWORK = { address: "http://192.168.1.20:8080/", answers: true };

function deskOf(fetchAddresses: LinkAddressParts["fetchAddresses"]) {
  const kept: string[] = [];
  const storage = { linkAddress: () => kept.at(-1) ?? null, saveLinkAddress: (address: string) => void kept.push(address) };
  return { kept, desk: createLinkAddressDesk({ storage, fetchAddresses }) };
}

test("the coordinator is asked once for all that are on the page, and anew by who comes after all have left", async () => {
  const fetchAddresses = vi.fn(async () => [NETWORK]);
  const { desk } = deskOf(fetchAddresses);
  const leaveFirst = desk.enter("key");
  const leaveSecond = desk.enter("key");
  expect(desk.known.get()).toMatchObject({ isAsking: true, isKnown: false });
  await vi.waitFor(() => expect(desk.known.get()).toMatchObject({ others: [NETWORK], isAsking: false, isKnown: true }));
  expect(fetchAddresses).toHaveBeenCalledTimes(1);
  leaveFirst();
  desk.enter("key")();
  expect(fetchAddresses).toHaveBeenCalledTimes(1);
  leaveSecond();
  desk.enter("new key");
  expect(fetchAddresses.mock.calls).toEqual([["key"], ["new key"]]);
});

test("what is chosen is told to everything that shows a link, and kept", () => {
  const { desk, kept } = deskOf(async () => [NETWORK]);
  const heard = vi.fn();
  desk.known.subscribe(heard);
  desk.choose(NETWORK.address);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(desk.known.get().wanted).toBe(NETWORK.address);
  expect(kept).toEqual([NETWORK.address]);
});

test("a question that fails is over, too, and leaves what was known", async () => {
  const fetchAddresses = vi.fn(async () => [NETWORK]);
  const { desk } = deskOf(fetchAddresses);
  await desk.ask("key");
  fetchAddresses.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await desk.ask("key");
  expect(desk.known.get()).toMatchObject({ others: [NETWORK], isAsking: false, isKnown: true });
  const { desk: alone } = deskOf(() => Promise.reject(new TypeError("Failed to fetch")));
  await alone.ask("key");
  expect(alone.known.get()).toMatchObject({ others: [], isKnown: true });
});
