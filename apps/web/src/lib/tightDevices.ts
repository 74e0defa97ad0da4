/** Which clients' devices may be too small for their federation, in words. Pure. */
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { words } from "./federation/words.ts";
import { words as common } from "./words.ts";

/** Behind where it computes. */
export const tightText = (device: Device | null): string =>
  device?.isTight ? common.listing.comma + words.tightDevices.tight : "";

/** Whose devices they are and what helps, for the organiser; null where there is none, or none that tells. */
export function tightDevicesText({ clients }: Pick<Snapshot, "clients">): string | null {
  const names = clients.filter(({ device, status }) => device?.isTight && status !== "left").map(({ name }) => name);
  if (names.length === 0) return null;
  const whose = names.length <= MOST_NAMES ? names.join(common.listing.comma) : common.counts.clients(names.length);
  return words.tightDevices.warning(whose, names.length);
}

const MOST_NAMES = 5;
