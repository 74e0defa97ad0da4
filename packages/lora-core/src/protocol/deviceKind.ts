/** What kind of device a client is, as far as it tells: read off what it says of where it computes. Pure. */
import type { Device } from "./metrics.ts";

/** tab: a page in a browser; node: a program in Node; python: one in Python; cluster: several processes that are one client. */
export const DEVICE_KINDS = ["tab", "node", "python", "cluster"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What a program in Node says of itself begins so. */
export const NODE_NAME = "Node.js";

/** How what others say begins; the Python client writes it (clients/python/src/duet_client/session.py). */
const BEGINNINGS: readonly (readonly [string, DeviceKind])[] = [
  [NODE_NAME, "node"],
  ["Python ", "python"],
  ["Cluster of ", "cluster"],
];

/** Null where the client's choice tells nobody. */
export function deviceKind(device: Pick<Device, "backend" | "description"> | null): DeviceKind | null {
  if (!device) return null;
  return BEGINNINGS.find(([beginning]) => device.description.startsWith(beginning))?.[1] ?? "tab";
}

/** "Cluster of 2", as it tells of itself; null for what is no cluster. */
export const clusterName = (device: Pick<Device, "description"> | null): string | null =>
  /^Cluster of (\d+|several)(?=: )/.exec(device?.description ?? "")?.[0] ?? null;
