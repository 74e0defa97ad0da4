/** Several coordinators on one database and one store of blobs, each a process of its own, behind a real HAProxy that knows them all. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Where Debian's package puts it; `npm test` installs it. */
const HAPROXY = "/usr/sbin/haproxy";
export const hasHaproxy = (): boolean => existsSync(HAPROXY);

const KEYS = ["link-key", "session-key", "node-key"];
const KEY_BYTES = 32;

export interface Node {
  readonly url: string;
  readonly child: () => ChildProcess;
  /** At once, and at the same address, of the version in this checkout or another one. @throws {Error} with what it said when it ends before it listens */
  start(checkout?: string): Promise<void>;
  kill(): Promise<void>;
  /** As an orchestrator does that replaces it. */
  stop(): Promise<void>;
  /** For good, started or not. */
  end(): void;
}

export interface Nodes {
  /** Of the proxy. */
  readonly url: string;
  readonly nodes: readonly Node[];
  /** Ends all of them, and the proxy. */
  end(): void;
}

export interface NodesOptions {
  readonly count: number;
  /** Everything that they keep lies in it. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** Further options of each coordinator; `blobs` for another place than the folder. */
  readonly options?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Whose version they begin with; this one if not given. */
  readonly checkout?: string;
}

/** Resolves once all of them listen and the proxy passes requests on. */
export async function startNodes({ count, folder, databaseUrl, options = {}, env = {}, checkout }: NodesOptions): Promise<Nodes> {
  const keys = join(folder, "keys");
  await mkdir(keys);
  for (const name of KEYS) await writeFile(join(keys, name), randomBytes(KEY_BYTES));
  const nodes: Node[] = [];
  for (let k = 0; k < count; k++) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const own = { port: String(port), "node-url": url, data: join(folder, `data-${k}`), blobs: join(folder, "blobs") };
    nodes.push(nodeAt(url, { "log-level": "error", ...own, keys, ...options }, { ...env, DATABASE_URL: databaseUrl }));
  }
  const proxy = proxyBefore(nodes, join(folder, "haproxy.cfg"), await freePort());
  const end = () => {
    for (const part of [proxy, ...nodes]) part.end();
  };
  try {
    for (const node of nodes) await node.start(checkout);
    await proxy.start();
  } catch (error) {
    end();
    throw error;
  }
  return { url: proxy.url, nodes, end };
}

function nodeAt(url: string, options: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): Node {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  let child: ChildProcess | null = null;
  const running = () => {
    if (!child) throw new Error("This node was not started");
    return child;
  };
  const ended = async (signal: NodeJS.Signals) => {
    const exit = once(running(), "exit");
    running().kill(signal);
    await exit;
  };
  return {
    url,
    child: running,
    async start(checkout = ".") {
      const args = [join(checkout, "apps/coordinator/bin/coordinator.mjs"), ...flags];
      child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
      await untilItListens(child);
    },
    kill: () => ended("SIGKILL"),
    stop: () => ended("SIGTERM"),
    end: () => void child?.kill("SIGKILL"),
  };
}

function untilItListens(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes("listens on")) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("close", (code) => reject(new Error(`A node ended with exit code ${code}: ${said}`)));
  });
}

/** Every connection to the next node: nothing sticks. `config` is the file that it is told so in. */
export function proxyBefore(nodes: readonly Pick<Node, "url">[], config: string, port: number) {
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  return {
    url,
    async start() {
      await writeFile(config, proxyConfig(nodes, port));
      child = spawn(HAPROXY, ["-db", "-f", config], { stdio: "ignore" });
      await untilItPassesOn(child, url);
    },
    end: () => void child?.kill("SIGKILL"),
  };
}

function proxyConfig(nodes: readonly Pick<Node, "url">[], port: number): string {
  const check = "check inter 500ms fall 1 rise 1 on-marked-down shutdown-sessions";
  const servers = nodes.map(({ url }, k) => `  server node${k} ${new URL(url).host} ${check}`);
  return `defaults
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
`;
}

async function untilItPassesOn(proxy: ChildProcess, url: string): Promise<void> {
  while (proxy.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error(`HAProxy ended with exit code ${proxy.exitCode}`);
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
