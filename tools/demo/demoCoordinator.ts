/** What the demo's federation runs on: a coordinator in this process, or several nodes on a PostgreSQL behind a proxy, one of which may be killed. */
import { cp, mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { createCoordinator } from "@duet/coordinator/createCoordinator";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { hasHaproxy, startNodes } from "../nodes.ts";
import { startPostgres } from "../postgresServer.ts";
import type { DemoOptions } from "./options.ts";

export interface DemoCoordinator {
  /** At which people reach it. */
  readonly url: string;
  /** At which this machine creates federations. */
  readonly home: string;
  /** Kills the node that runs the federation in the middle of its second round. */
  killInRound(watching: CoordinatorClient): void;
  readonly killedNodes: number;
  end(): Promise<void>;
}

const PAGE = { webDir: resolve("dist/web"), samplesDir: resolve(".cache/samples") };
const KILLED_ROUND = 2;
/** When all tabs have what the round begins with. */
const INTO_ROUND_MS = 3_000;

export async function startAlone(work: string, { model }: DemoOptions): Promise<DemoCoordinator> {
  const coordinator = createCoordinator({
    dataDir: join(work, "coordinator"),
    modelsDir: null,
    modelPaths: [resolve(model)],
    ...PAGE,
  });
  const { url } = await coordinator.listen(0, "127.0.0.1");
  return { url, home: url, killInRound: () => {}, killedNodes: 0, end: () => coordinator.close() };
}

/** @throws {Error} where there is no PostgreSQL or HAProxy */
export async function startSeveral(work: string, { model, nodes: count = 2 }: DemoOptions): Promise<DemoCoordinator> {
  if (!hasHaproxy()) throw new Error("--nodes needs HAProxy: sudo apt-get install haproxy (npm test does).");
  const models = join(work, "models");
  const folder = join(work, "nodes");
  await mkdir(folder, { recursive: true });
  await cp(resolve(model), join(models, basename(model)), { recursive: true });
  const database = await startPostgres();
  try {
    const options = { models, web: PAGE.webDir, samples: PAGE.samplesDir };
    const { url, nodes, end } = await startNodes({ count, folder, databaseUrl: database.url, options });
    const [first] = nodes;
    let killedNodes = 0;
    console.log(`  ${count} coordinators on one PostgreSQL behind an HAProxy at ${url}.`);
    return {
      url,
      home: first?.url ?? url,
      killInRound(watching) {
        const stop = watching.onSnapshot(({ openRound }: Snapshot) => {
          if (openRound?.round !== KILLED_ROUND) return;
          stop();
          void delay(INTO_ROUND_MS).then(async () => {
            // It was made there, and nothing has moved it since.
            await first?.kill();
            killedNodes += 1;
            console.log(`\n  Killed the node that runs the federation, in round ${KILLED_ROUND}.\n`);
          });
        });
      },
      get killedNodes() {
        return killedNodes;
      },
      async end() {
        end();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}
