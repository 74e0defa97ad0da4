import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { AdapterOrigin } from "../state/adapterOrigin.ts";

/** What goes with the adapters of a federation at this coordinator. @throws {DuetError} UNREACHABLE */
export async function originOf(coordinator: CoordinatorClient, config: FederationConfig): Promise<AdapterOrigin> {
  const { hub } = await coordinator.offer();
  return { version: 1, coordinator: coordinator.baseUrl, hub, config };
}
