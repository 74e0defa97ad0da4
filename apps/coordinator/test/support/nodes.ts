/** Several coordinators on one database and one store of blobs, each a process of its own, behind a real HAProxy that knows them all. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { testServer } from "../../../../tools/testing/freshDatabase.ts";
import { startProgram } from "./coordinatorProgram.ts";
import { freshDatabase, inDatabase } from "./testDatabase.ts";

const HAPROXY = "/usr/sbin/haproxy";
/** Nodes need a PostgreSQL, which the project "postgres" starts, and a proxy, which npm test installs. */
export const canRunNodes = testServer !== undefined && existsSync(HAPROXY);

export interface TestNode {
  readonly url: string;
  readonly child: () => ChildProcess;
  /** At once, and at the same address. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** As an orchestrator does that replaces it. */
  stop(): Promise<void>;
}

export interface Nodes {
  /** Of the proxy. */
  readonly url: string;
  readonly nodes: readonly TestNode[];
  readonly databaseUrl: string;
  /** Which node runs a federation. */
  ownerOf(federationId: string): Promise<TestNode | null>;
}

/** Starts them; all end with the test. */
export async function startNodes(count: number, blobs?: string): Promise<Nodes> {
  const folder = await mkdtemp(join(tmpdir(), "duet-nodes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const databaseUrl = (await freshDatabase()) as string;
  await mkdir(join(folder, "keys"));
  for (const name of ["link-key", "session-key", "node-key"]) await writeFile(join(folder, "keys", name), randomBytes(32));
  const nodes: TestNode[] = [];
  for (let k = 0; k < count; k++) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const options = {
      port: String(port),
      data: join(folder, `data-${k}`),
      blobs: blobs ?? join(folder, "blobs"),
      keys: join(folder, "keys"),
      "node-url": url,
    };
    nodes.push(
      nodeOf(
        url,
        Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
        databaseUrl,
      ),
    );
  }
  for (const node of nodes) await node.start();
  const url = await startProxy(folder, nodes);
  return {
    url,
    nodes,
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
      return nodes.find((node) => node.url === row?.url) ?? null;
    },
  };
}

function nodeOf(url: string, options: readonly string[], databaseUrl: string): TestNode {
  let child: ChildProcess | null = null;
  const running = () => {
    if (!child) throw new Error("This node was not started");
    return child;
  };
  const ended = async (signal: NodeJS.Signals) => {
    const process = running();
    const exit = once(process, "exit");
    process.kill(signal);
    await exit;
  };
  return {
    url,
    child: running,
    async start() {
      ({ child } = await startProgram(options, databaseUrl));
    },
    kill: () => ended("SIGKILL"),
    stop: () => ended("SIGTERM"),
  };
}

/** WebSocket only, and every connection to the next node: nothing sticks. */
async function startProxy(folder: string, nodes: readonly TestNode[]): Promise<string> {
  const port = await freePort();
  const config = join(folder, "haproxy.cfg");
  const servers = nodes.map(
    ({ url }, k) => `  server node${k} ${new URL(url).host} check inter 500ms fall 1 rise 1 on-marked-down shutdown-sessions`,
  );
  await writeFile(
    config,
    `defaults
  mode http
  option redispatch 1
  retries 3
  timeout connect 1s
  timeout client 5m
  timeout server 5m
  timeout tunnel 1h
listen duet
  bind 127.0.0.1:${port}
  balance roundrobin
  option httpchk GET /health
${servers.join("\n")}
`,
  );
  const proxy = spawn(HAPROXY, ["-db", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void proxy.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (proxy.exitCode !== null) throw new Error(`HAProxy ended with ${proxy.exitCode}`);
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
