/**
 * What a message costs that reaches a coordinator by WebSocket, passed on by the node that does not run the federation, or by long polling: two nodes on
 * one PostgreSQL in processes of their own, the ways in turns, so many sockets each that ask one thing after the other. See docs/deploy.md, Several nodes.
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { changeEvent } from "@duet/lora-core/protocol/messages";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import { type Node, startNodes } from "../../tools/nodes.ts";
import { startPostgres } from "../../tools/postgresServer.ts";
import { processorMs } from "./processTimes.ts";

const MODEL = "duet-tiny";
const SOCKETS = 8;
/** Of a socket in a turn; fewer in all than a socket may send in ten seconds. */
const MESSAGES = 60;
const TURNS = 4;

export interface Way {
  readonly name: string;
  /** ms from asking to the answer: median over all, and the 99th of a hundred. */
  readonly median: number;
  readonly p99: number;
  /** Of both nodes together for a message, ms: median over the turns. */
  readonly processor: number;
}

/** @throws {Error} where there is no PostgreSQL or HAProxy. */
export async function measureNodes(): Promise<readonly Way[]> {
  const folder = await mkdtemp(join(tmpdir(), "duet-nodes-bench-"));
  const database = await startPostgres();
  try {
    const models = join(folder, "models");
    await cp(`models/${MODEL}`, join(models, MODEL), { recursive: true });
    const kept = join(folder, "nodes");
    await mkdir(kept);
    const started = await startNodes({ count: 2, folder: kept, databaseUrl: database.url, options: { models } });
    try {
      return await measured(started.nodes);
    } finally {
      started.end();
    }
  } finally {
    await database.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function measured(nodes: readonly Node[]): Promise<readonly Way[]> {
  const [owner, other] = nodes;
  if (!owner || !other) throw new Error("There are no two nodes");
  const federation = await created(owner.url);
  const ways = [
    { name: "WebSocket to the node that runs the federation", url: owner.url, transport: "websocket" },
    { name: "WebSocket to another node, which passes it on", url: other.url, transport: "websocket" },
    { name: "long polling to the node that runs it", url: owner.url, transport: "polling" },
  ] as const;
  const sockets: Socket[][] = [];
  for (const [w, way] of ways.entries()) {
    sockets.push([]);
    for (let k = 0; k < SOCKETS; k++) sockets[w]?.push(await joined(way, federation, `client ${w} ${k}`));
  }
  const pids = nodes.map((node) => node.child().pid ?? 0);
  const times: number[][] = ways.map(() => []);
  const spent: number[][] = ways.map(() => []);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const w of ways.keys()) {
      const before = processorMs(pids);
      const asked = await Promise.all((sockets[w] ?? []).map((socket) => ask(socket)));
      times[w]?.push(...asked.flat());
      spent[w]?.push((processorMs(pids) - before) / (SOCKETS * MESSAGES));
    }
  }
  for (const socket of sockets.flat()) socket.disconnect();
  return ways.map(({ name }, w) => {
    const sorted = (times[w] ?? []).toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
    const perTurn = (spent[w] ?? []).toSorted((a, b) => a - b);
    return { name, median: at(0.5), p99: at(0.99), processor: perTurn[Math.floor(perTurn.length / 2)] ?? Number.NaN };
  });
}

interface Joining {
  readonly config: FederationConfig;
  readonly federationId: string;
  readonly inviteToken: string;
}

async function created(url: string): Promise<Joining> {
  const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  try {
    const model = (await client.offer()).models.find(({ name }) => name === MODEL);
    if (!model) throw new Error(`The coordinator does not serve ${MODEL}`);
    const task = { kind: "label" as const, labels: ["a", "b"] };
    const config = defaultFederation({ name: "nodes", model, task, minClients: 1, maxClients: 100, roundDeadlineSeconds: 3600 });
    return { config, ...(await client.createFederation({ config }, null)) };
  } finally {
    client.close();
  }
}

/** Connected, greeted, and a client of the federation. @throws {Error} with what was refused. */
async function joined(
  { url, transport }: { readonly url: string; readonly transport: "websocket" | "polling" },
  { config, federationId, inviteToken }: Joining,
  name: string,
): Promise<Socket> {
  const socket = io(url, { transports: [transport], forceNew: true, reconnection: false });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  socket.on(changeEvent, (_: unknown, acknowledge: () => void) => acknowledge());
  await say(socket, "session:hello", { protocolVersion: PROTOCOL_VERSION });
  await say(socket, "client:join", {
    ...{ federationId, inviteToken, name, resumeToken: randomBytes(24).toString("base64url") },
    modelSha256: fingerprint(config.model.files),
    ...{ figures: "everybody", device: null, samples: { train: 10, fusion: 1, test: 1 }, identity: null, sees: "own" },
  });
  return socket;
}

/** How long each of a turn's messages took, ms. */
async function ask(socket: Socket): Promise<readonly number[]> {
  const took: number[] = [];
  for (let step = 1; step <= MESSAGES; step++) {
    const began = performance.now();
    const progress = { round: 1, activity: "training", slot: "shared", step, steps: MESSAGES, loss: 1, tokensPerSecond: 1 };
    await say(socket, "client:progress", progress);
    took.push(performance.now() - began);
  }
  return took;
}

async function say(socket: Socket, name: string, payload: object): Promise<void> {
  const answer = await socket.timeout(10_000).emitWithAck(name, payload);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`);
}
