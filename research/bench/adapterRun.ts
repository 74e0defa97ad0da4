/**
 * What it costs to tell sockets on two nodes of an event of their federation: passed on by the node that does not run it, as Duet does, or carried between
 * the nodes by one of Socket.IO's adapters. Two processes behind HAProxy for each way, half of the sockets on each, the ways in turns, one event after the
 * other. About the adapters: the servers are plain ones, with the coordinator's own relay. See docs/deploy.md, Several nodes.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median } from "@duet/lora-core/robustness/median";
import pg from "pg";
import { io, type Socket } from "socket.io-client";
import { freePort, proxyBefore } from "../../tools/nodes.ts";
import { type PostgresServer, startPostgres } from "../../tools/postgresServer.ts";
import type { AdapterNode, Carrier, Telling } from "./adapterNode.ts";
import { processorMs, sharedMs, withChildren } from "./processTimes.ts";
import { startRedis } from "./redisServer.ts";

const NODE = fileURLToPath(new URL("adapterNode.ts", import.meta.url));
const SOCKETS = 24;
/** Of a way and kind in a turn. */
const EVENTS = 150;
const TURNS = 5;
/** 500 bytes are about what a client's progress changes; 20,000 are more than a notification of PostgreSQL takes. */
const KINDS = [
  { to: "all", bytes: 500 },
  { to: "all", bytes: 20_000 },
  { to: "each", bytes: 500 },
] as const;
const LOST_MS = 10_000;

type Kind = Pick<Telling, "to" | "bytes">;

/** ms from telling to hearing, over all sockets of a node. */
export interface Delays {
  readonly median: number;
  readonly p95: number;
}

export interface ToldWay {
  readonly name: string;
  readonly kind: Kind;
  /** At the node that tells, and at the other one, where there is one. */
  readonly here: Delays;
  readonly there: Delays | null;
  /** For an event, ms: of all nodes, and of what carries it between them; medians over the turns. */
  readonly processor: number;
  readonly carrierProcessor: number;
  /** That carrying takes: between the nodes, or to the server that carries. */
  readonly connections: number;
}

/** What carries events between nodes. */
interface Carrying {
  readonly name: string;
  readonly carrier: Carrier;
  readonly nodes: 1 | 2;
  /** See {@link AdapterNode}; null where nothing but the nodes is needed. */
  readonly address: string | null;
  /** Its processes other than the nodes. */
  readonly pids: () => readonly number[];
  /** Null: a connection for every socket of the other node. */
  readonly connections: (() => Promise<number>) | null;
}

interface Stand extends Carrying {
  readonly children: readonly ChildProcess[];
  readonly sockets: readonly { readonly socket: Socket; readonly isHere: boolean }[];
  end(): void;
}

/** Without the way over Redis where there is none. @throws {Error} where there is no PostgreSQL or HAProxy. */
export async function measureAdapters(): Promise<readonly ToldWay[]> {
  const folder = await mkdtemp(join(tmpdir(), "duet-adapters-bench-"));
  const database = await startPostgres();
  const redis = await startRedis();
  const stands: Stand[] = [];
  try {
    const itself = { carrier: "relay", address: null, pids: () => [], connections: null } as const;
    const ways: Carrying[] = [
      { ...itself, name: "all sockets on one node", nodes: 1 },
      { ...itself, name: "passed on by the other node", nodes: 2 },
      { name: "PostgreSQL adapter", carrier: "postgres", nodes: 2, address: database.url, ...watched(database) },
    ];
    if (redis) {
      const { url: address, pid, connections } = redis;
      ways.push({ name: "Redis streams adapter", carrier: "redis", nodes: 2, address, pids: () => [pid], connections });
    }
    for (const [w, way] of ways.entries()) stands.push(await standing(way, join(folder, `haproxy-${w}.cfg`)));
    return await measured(stands);
  } finally {
    for (const stand of stands) stand.end();
    redis?.stop();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function watched({ url, pid }: PostgresServer): Pick<Carrying, "pids" | "connections"> {
  return {
    pids: () => withChildren(pid),
    async connections() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const others = "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
      const { rowCount } = await client.query(others);
      await client.end();
      return rowCount ?? 0;
    },
  };
}

/** Its nodes run, its sockets are connected, and all of them have heard an event. */
async function standing(way: Carrying, config: string): Promise<Stand> {
  const children: ChildProcess[] = [];
  const urls: string[] = [];
  for (let n = 0; n < way.nodes; n++) {
    const port = await freePort();
    const node: AdapterNode = { port, carrier: way.carrier, address: way.address ?? urls[0] ?? null };
    const child = fork(NODE, [JSON.stringify(node)], { execArgv: ["--import", "tsx"] });
    await once(child, "message");
    children.push(child);
    urls.push(`http://127.0.0.1:${port}`);
  }
  const proxy = proxyBefore(
    urls.map((url) => ({ url })),
    config,
    await freePort(),
  );
  await proxy.start();
  const sockets: Stand["sockets"][number][] = [];
  for (let s = 0; s < SOCKETS; s++) {
    const socket = io(proxy.url, { transports: ["websocket"], forceNew: true, reconnection: false });
    const port = await socket.timeout(LOST_MS).emitWithAck("federation:watch", { federationId: "bench" });
    sockets.push({ socket, isHere: urls[0]?.endsWith(`:${port}`) === true });
  }
  const end = () => {
    for (const { socket } of sockets) socket.disconnect();
    for (const part of [proxy, ...children.map((child) => ({ end: () => child.kill() }))]) part.end();
  };
  const stand = { ...way, children, sockets, end };
  await untilAllHear(stand);
  return stand;
}

/** An adapter that does not listen yet hears nothing. */
async function untilAllHear({ children, sockets }: Stand): Promise<void> {
  const heard = Promise.all(sockets.map(({ socket }) => new Promise((resolve) => socket.once("event", resolve))));
  const telling = setInterval(() => children[0]?.send({ number: 0, bytes: 1, to: "all" } satisfies Telling), 100);
  await heard;
  clearInterval(telling);
}

async function measured(stands: readonly Stand[]): Promise<readonly ToldWay[]> {
  const cases = stands.flatMap((stand) => KINDS.map((kind) => ({ stand, kind, turns: [] as Turn[] })));
  for (let turn = -1; turn < TURNS; turn++) {
    for (const { stand, kind, turns } of cases) {
      const taken = await oneTurn(stand, kind);
      // The first one warms up.
      if (turn >= 0) turns.push(taken);
    }
  }
  const found: ToldWay[] = [];
  for (const { stand, kind, turns } of cases) {
    const elsewhere = stand.sockets.filter(({ isHere }) => !isHere).length;
    found.push({
      ...{ name: stand.name, kind },
      here: delays(turns.flatMap(({ here }) => here)) as Delays,
      there: delays(turns.flatMap(({ there }) => there)),
      processor: middle(turns.map(({ processor }) => processor)),
      carrierProcessor: middle(turns.map(({ carrierProcessor }) => carrierProcessor)),
      connections: (await stand.connections?.()) ?? elsewhere,
    });
  }
  return found;
}

interface Turn {
  readonly here: number[];
  readonly there: number[];
  readonly processor: number;
  readonly carrierProcessor: number;
}

async function oneTurn(stand: Stand, kind: Kind): Promise<Turn> {
  const nodes = stand.children.map(({ pid }) => pid ?? 0);
  const [before, carrierBefore] = [processorMs(nodes), processorMs(stand.pids())];
  const [here, there]: [number[], number[]] = [[], []];
  for (let number = 1; number <= EVENTS; number++) {
    await told(stand, { number, ...kind }, (isHere, ms) => (isHere ? here : there).push(ms));
    await delay(2);
  }
  const processor = (processorMs(nodes) - before) / EVENTS;
  return { here, there, processor, carrierProcessor: (processorMs(stand.pids()) - carrierBefore) / EVENTS };
}

/** Once all sockets have heard it. @throws {Error} when that takes too long */
function told({ children, sockets }: Stand, telling: Telling, hear: (isHere: boolean, ms: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = sockets.length;
    const lost = setTimeout(() => reject(new Error(`${left} sockets did not hear of an event`)), LOST_MS);
    for (const { socket, isHere } of sockets) {
      socket.off("event").on("event", (at: number, number: number) => {
        if (number !== telling.number) return;
        hear(isHere, sharedMs() - at);
        if (--left > 0) return;
        clearTimeout(lost);
        resolve();
      });
    }
    children[0]?.send(telling);
  });
}

function delays(values: readonly number[]): Delays | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}

const middle = (values: readonly number[]): number => median(Float64Array.from(values));
