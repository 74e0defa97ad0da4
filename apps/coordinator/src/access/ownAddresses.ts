/** Where others may reach this coordinator, as far as its settings and its machine's networks tell; and whether it answers there. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { OwnAddress } from "@duet/lora-core/protocol/ownAddresses";
import { isLocalHost } from "./creation.ts";

export interface Listening {
  /** What it listens on. */
  readonly host: string;
  readonly port: number;
  /** Path below which it is served: "" or "/duet". */
  readonly base: string;
  /** Where people open the page. */
  readonly origins: readonly string[];
}

type Networks = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Networks of a machine with itself: no other machine is in them. */
const OF_ITSELF = /^(docker|br-|veth|virbr|vmnet|vboxnet)/;
const MOST = 8;
const CHECK_MS = 3000;

/** Addresses with a slash at the end, those first that the operator has named. Where only this machine reaches it there are no others. */
export function ownAddresses(
  { host, port, base, origins }: Listening,
  networks: Networks = networkInterfaces(),
): readonly string[] {
  const named = origins.map((origin) => `${new URL(origin).origin}${base}/`);
  const hosts = isLocalHost(host) ? [] : isEverywhere(host) ? hostsOf(networks, host) : [host];
  const own = hosts.map((name) => `http://${name.includes(":") ? `[${name}]` : name}:${port}${base}/`);
  return [...new Set([...named, ...own])].slice(0, MOST);
}

const isEverywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** Addresses of this machine in its networks, IPv4 first. Those that are good on one link alone need its name, which no link can have. */
function hostsOf(networks: Networks, host: string): readonly string[] {
  const all = Object.entries(networks).flatMap(([name, addresses = []]) => (OF_ITSELF.test(name) ? [] : addresses));
  const others = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  const of = (family: "IPv4" | "IPv6") => others.flatMap((one) => (one.family === family ? [one.address] : []));
  return host === "::" ? [...of("IPv4"), ...of("IPv6")] : of("IPv4");
}

/** Asks each for its health, all at once. */
export function checkedAddresses(addresses: readonly string[]): Promise<readonly OwnAddress[]> {
  return Promise.all(addresses.map(async (address) => ({ address, answers: await answersAt(address) })));
}

async function answersAt(address: string): Promise<boolean> {
  try {
    const response = await fetch(`${address}health`, { redirect: "error", signal: AbortSignal.timeout(CHECK_MS) });
    const { status } = (await response.json()) as { readonly status?: unknown };
    return response.ok && status === "ok";
  } catch {
    return false;
  }
}
