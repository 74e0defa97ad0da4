/** Whether this device is ready to learn in a federation, and how fast: its base is opened here, and a few steps are taken that leave nothing behind. */
import type { RowsHandle } from "@duet/client/clientEngine";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { engineSetup } from "@duet/client/engineSetup";
import { linkSpeed } from "@duet/client/linkSpeed";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import type { TabEngine } from "../worker/tabEngine.ts";

export interface DeviceCheck {
  readonly device: Device;
  readonly speed: StepSpeed;
  /** Of the link to the coordinator; null where it is not measured. */
  readonly bytesPerSecond: number | null;
}

export interface CheckedDevice {
  readonly coordinator: Pick<CoordinatorClient, "offer" | "baseUrl">;
  readonly engine: TabEngine;
  readonly backend: BackendName | null;
}

/** On rows that are connected; the engine stays the caller's. @throws {Error} as opening a base and training do. */
export async function checkDevice(
  { coordinator, engine, backend }: CheckedDevice,
  config: FederationConfig,
  rows: RowsHandle,
  onProgress: (progress: DownloadProgress) => void,
): Promise<DeviceCheck> {
  const { hub } = await coordinator.offer();
  const { device } = await engine.openModel(config.model, hub, backend, onProgress);
  const { setup } = await engineSetup(config, engine, backend);
  const speed = await engine.measureSpeed(rows, setup, () => {});
  // Where ranks are everybody's there is nothing to choose by it.
  const bytesPerSecond = config.ranks ? await linkSpeed(config.model, coordinator.baseUrl, () => performance.now()) : null;
  return { device, speed, bytesPerSecond };
}
