/**
 * One of the nodes of adapterRun.ts: a plain Socket.IO server whose sockets all are told of events, each at its parent's word, and what brings them to the
 * other node's sockets. Its argument is an {@link AdapterNode}.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { createSocketRelay } from "@duet/coordinator/gateway/socketRelay";
import { createNodeLinks } from "@duet/coordinator/ports/nodeLinks";
import { createClient } from "@redis/client";
import { createAdapter as createPostgresAdapter } from "@socket.io/postgres-adapter";
import { createAdapter as createRedisAdapter } from "@socket.io/redis-streams-adapter";
import pg from "pg";
import { Server, type ServerOptions, type Socket } from "socket.io";
import { sharedMs } from "./processTimes.ts";

/** Nothing, where the other node passes on what its sockets say and are told; or an adapter of Socket.IO. */
export type Carrier = "relay" | "postgres" | "redis";

export interface AdapterNode {
  readonly port: number;
  readonly carrier: Carrier;
  /** Of the database or of Redis; of the node whose sockets are told, null for that one. */
  readonly address: string | null;
}

/** What the parent wants to be told: one event to all sockets, or to each of them its own. */
export interface Telling {
  readonly number: number;
  readonly bytes: number;
  readonly to: "all" | "each";
}

const ROOM = "federation";

const { port, carrier, address } = JSON.parse(process.argv[2] ?? "") as AdapterNode;
const http = createServer((_, response) => response.end());
let elsewhere: Awaited<ReturnType<Server["fetchSockets"]>> | null = null;
const server = new Server(http, { transports: ["websocket"], ...(await adapterFor(carrier, address ?? "")) });
server.on("connection", carrier === "relay" && address !== null ? (socket) => passOn(socket, address) : take);
process.on("message", async ({ number, bytes, to }: Telling) => {
  const told = to === "all" ? [server.to(ROOM)] : await everybody();
  for (const one of told) one.emit("event", sharedMs(), number, "x".repeat(bytes));
});
process.on("disconnect", () => process.exit());
await once(http.listen(port, "127.0.0.1"), "listening");
process.send?.("listens");

async function adapterFor(carrier: Carrier, address: string): Promise<Partial<ServerOptions>> {
  if (carrier === "relay") return {};
  if (carrier === "redis") return { adapter: createRedisAdapter(await createClient({ url: address }).connect()) };
  const pool = new pg.Pool({ connectionString: address });
  await pool.query(
    "create table if not exists socket_io_attachments (id bigserial unique, created_at timestamptz default now(), payload bytea)",
  );
  return { adapter: createPostgresAdapter(pool) };
}

/** Its own sockets directly, the others by what carries events; all of them are there when it is first asked. */
async function everybody() {
  const own = server.sockets.sockets;
  elsewhere ??= (await server.fetchSockets()).filter(({ id }) => !own.has(id));
  return [...own.values(), ...elsewhere];
}

/** Answers as a coordinator does, and says where the socket is. */
function take(socket: Socket): void {
  socket.on("session:hello", (_: unknown, answer: (told: object) => void) => answer({ ok: true }));
  socket.on("federation:watch", async (_: unknown, answer: (port: number) => void) => {
    await socket.join(ROOM);
    answer(port);
  });
}

/** By the coordinator's own relay. */
function passOn(socket: Socket, owner: string): void {
  const push = (name: string, ...content: unknown[]) => void socket.emit(name, ...content);
  const end = () => void socket.disconnect();
  const relay = createSocketRelay({ placeOf: async () => owner, links: createNodeLinks(), headers: {}, push, end });
  socket.on("disconnect", () => relay.close());
  socket.on("federation:watch", async (payload: unknown, answer: (port: number) => void) => {
    await relay.passOn("federation:watch", payload);
    answer(port);
  });
}
