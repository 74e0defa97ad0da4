/** What kind of device a client is, as far as it tells: read off what it says of where it computes. Pure. */
import type { Device } from "./metrics.ts";

/** tab: a page in a browser; node: a program in Node. */
export type DeviceKind = "tab" | "node";

/** What a program in Node says of itself begins so. */
export const NODE_NAME = "Node.js";

/** Null where the client's choice tells nobody. */
export function deviceKind(device: Pick<Device, "backend" | "description"> | null): DeviceKind | null {
  if (!device) return null;
  return device.description.startsWith(NODE_NAME) ? "node" : "tab";
}
