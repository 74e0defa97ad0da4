/** Which rank a new client in this process takes where nobody chose one: its device and its link are tried before it joins. */
import type { RowsHandle } from "@duet/client/clientEngine";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { engineSetup } from "@duet/client/engineSetup";
import { linkSpeed } from "@duet/client/linkSpeed";
import { rankByMemory } from "@duet/client/memoryAdvice";
import { proposeRank, type RankProposal } from "@duet/client/rankProposal";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { NodeEngine } from "../engine/nodeEngine.ts";

export interface TriedDevice {
  readonly coordinator: Pick<CoordinatorClient, "offer" | "baseUrl">;
  readonly engine: NodeEngine;
  readonly backend: BackendName | null;
}

/** On rows that are held. @throws {Error} as opening a base and training do. */
export async function proposedRank(
  { coordinator, engine, backend }: TriedDevice,
  config: FederationConfig,
  rows: RowsHandle,
  trainRows: number,
): Promise<RankProposal> {
  const { hub } = await coordinator.offer();
  await engine.openModel(config.model, hub, backend, () => {});
  const held = rankByMemory(config, await engine.deviceLimits(backend));
  const { setup } = await engineSetup(config, engine, backend, held);
  const speed = await engine.measureSpeed(rows, setup);
  const bytesPerSecond = await linkSpeed(config.model, coordinator.baseUrl, () => performance.now());
  return proposeRank(config, held, { speed, trainRows, bytesPerSecond });
}
