/** The coordinator of the load test, a process of its own; it tells where it listens, and its figures when asked. */

import { resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createCoordinator } from "@duet/coordinator/createCoordinator";
import { collectWithoutHelpers } from "@duet/coordinator/ports/garbageCollection";
import { type LoopTasks, watchLoopTasks } from "./loopTasks.ts";

export interface CoordinatorFigures {
  /** Of the event loop, ms over its resolution. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
  readonly tasks: LoopTasks;
}

export type FromCoordinator =
  | { readonly kind: "listens"; readonly url: string }
  | { readonly kind: "figures"; readonly figures: CoordinatorFigures };

const RESOLUTION_MS = 5;
collectWithoutHelpers();
const [dataDir = ""] = process.argv.slice(2);
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const limits = { maxFederations: 1e6, federationsPerHour: 1e6, socketsPerAddress: 1e6 };
const modelPaths = [resolve("models/duet-tiny")];
const coordinator = createCoordinator({ dataDir, modelsDir: null, modelPaths, webDir: null, limits });
const { url } = await coordinator.listen(0);
delay.enable();
const tasks = watchLoopTasks();
tell({ kind: "listens", url });

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  tell({
    kind: "figures",
    figures: {
      delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
      delayMaxMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      // Kilobytes on every system that Node reports it for.
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      cpuSeconds: (user + system) / 1e6,
      tasks: tasks(),
    },
  });
});
process.once("disconnect", () => void coordinator.close().then(() => process.exit(0)));

function tell(message: FromCoordinator): void {
  process.send?.(message);
}
