/** Which clients' devices may be too small for their federation, in words. Pure. */
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { plural } from "./format.ts";

export const TIGHT = "may be too small";

/** Behind where it computes. */
export const tightText = (device: Device | null): string => (device?.isTight ? `, ${TIGHT}` : "");

/** Whose devices they are and what helps, for the organiser; null where there is none, or none that tells. */
export function tightDevicesText({ clients }: Pick<Snapshot, "clients">): string | null {
  const names = clients.filter(({ device, status }) => device?.isTight && status !== "left").map(({ name }) => name);
  if (names.length === 0) return null;
  const whose = names.length <= MOST_NAMES ? names.join(", ") : plural(names.length, "client");
  return `Training may take more memory than the ${names.length === 1 ? "device" : "devices"} of ${whose} allow${names.length === 1 ? "s" : ""}: one row at a time is computed there, which is slower, and may still fail. What a federation trains is fixed; a new one for phones and old laptops takes less.`;
}

const MOST_NAMES = 5;
