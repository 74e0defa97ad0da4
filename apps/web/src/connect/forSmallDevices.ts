import type { MemorySettings } from "@duet/client/memoryAdvice";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";

/** What a federation of the same base and task takes where phones and old laptops are meant to join. */
export const forSmallDevices = ({ name, model, task }: FederationConfig): MemorySettings =>
  defaultFederation({ name, model, task, devices: "small" });
