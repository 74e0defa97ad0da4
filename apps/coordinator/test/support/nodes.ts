/** Several coordinators for a test, on a database of their own; see tools/nodes.ts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { hasHaproxy, type Node, type Nodes, type NodesOptions, startNodes } from "../../../../tools/nodes.ts";
import { testServer } from "../../../../tools/testing/freshDatabase.ts";
import { freshDatabase, inDatabase } from "./testDatabase.ts";

/** Nodes need a PostgreSQL, which the project "postgres" starts, and a proxy. */
export const canRunNodes = testServer !== undefined && hasHaproxy();

export interface NodesUnderTest extends Nodes {
  readonly databaseUrl: string;
  /** Which node runs a federation. */
  ownerOf(federationId: string): Promise<Node | null>;
}

/** All end with the test. */
export async function nodesUnderTest(given: Pick<NodesOptions, "options" | "env" | "checkout"> = {}): Promise<NodesUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "duet-nodes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const databaseUrl = (await freshDatabase()) as string;
  const started = await startNodes({ count: 2, folder, databaseUrl, ...given });
  onTestFinished(() => started.end());
  return {
    ...started,
    databaseUrl,
    async ownerOf(federationId) {
      const [row] = await inDatabase({ dataDir: folder, databaseUrl }, (database) =>
        database
          .selectFrom("owners")
          .innerJoin("nodes", "nodes.id", "owners.node")
          .select("nodes.url")
          .where("federation_id", "=", federationId)
          .execute(),
      );
      return started.nodes.find((node) => node.url === row?.url) ?? null;
    },
  };
}
