/** Which devices a new federation is for, as long as nobody says: what this machine's own check allows. Pure. */
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { DeviceClass } from "@duet/lora-core/federation/federationDefaults";
import { holdsBetter } from "../connect/memoryView.ts";
import { type FederationForm, settingsFor } from "./federationForm.ts";

/** small where the machine at hand holds that better, whole batches of it or at all; usual while its limits are not known. */
export function proposedDevices(
  form: Pick<FederationForm, "model" | "kind" | "initial" | "method">,
  limits: DeviceLimits | null,
): DeviceClass {
  const [usual, small] = [settingsFor({ ...form, devices: "usual" }), settingsFor({ ...form, devices: "small" })];
  if (!limits || !usual || !small) return "usual";
  return holdsBetter(small, usual, limits) ? "small" : "usual";
}
