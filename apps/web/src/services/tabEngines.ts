/** This tab's worker: started on first use, tried before a client joins, and handed over to the session that will end it. */
import type { RowsHandle } from "@duet/client/clientEngine";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { loadPart } from "@duet/client/loadPart";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { TabEngine } from "../worker/tabEngine.ts";
import { createWorkerEngine } from "../worker/workerEngine.ts";
import type { DeviceCheck } from "./deviceCheck.ts";

export interface TabEngines {
  /** The one at hand, or a new one. */
  current(): TabEngine;
  /** How much memory this device allows: asked once, as it stays so, of a worker that is there anyway. */
  limits(): Promise<DeviceLimits>;
  /**
   * The same, once no check uses it any more; it is its taker's, and whoever needs one next gets a new one.
   * @throws {DuetError} what ended it meanwhile: a new one would not know the rows that this one holds.
   */
  take(): Promise<TabEngine>;
  /** How fast this device would learn in a federation, on rows that are connected; one check after another. */
  check(config: FederationConfig, rows: RowsHandle, onProgress: (progress: DownloadProgress) => void): Promise<DeviceCheck>;
}

export interface EngineSurroundings {
  readonly coordinator: Pick<CoordinatorClient, "baseUrl" | "offer">;
  /** Null for the one that fits. */
  readonly backend: BackendName | null;
  /** Null for as many as there are cores. */
  readonly mostThreads: number | null;
}

export function createTabEngines({ coordinator, backend, mostThreads }: EngineSurroundings): TabEngines {
  let engine: TabEngine | null = null;
  let asked: Promise<DeviceLimits> | null = null;
  /** Over once no check uses the engine any more, however it ended. */
  let checked: Promise<unknown> = Promise.resolve();

  function start(): TabEngine {
    const started = createWorkerEngine({
      baseUrl: coordinator.baseUrl,
      mostThreads,
      // Whoever needs one next gets a new one.
      onEnd: () => {
        if (engine === started) engine = null;
      },
    });
    return started;
  }

  function current(): TabEngine {
    engine ??= start();
    return engine;
  }

  function limits(): Promise<DeviceLimits> {
    asked ??= current().deviceLimits(backend);
    asked.catch(() => (asked = null));
    return asked;
  }

  return {
    current,
    limits,
    async take() {
      await checked;
      const taken = current();
      // Afterwards it would take a worker of its own.
      await limits().catch((error: unknown) => {
        if (engine !== taken) throw error;
      });
      engine = null;
      return taken;
    },
    check(config, rows, onProgress) {
      // At once, so that whoever takes the engine, or checks again, waits for this one.
      const checking = checked
        .then(() => loadPart(() => import("./deviceCheck.ts")))
        .then(({ checkDevice }) => checkDevice({ coordinator, engine: current(), backend }, config, rows, onProgress));
      checked = checking.catch(() => {});
      return checking;
    },
  };
}
