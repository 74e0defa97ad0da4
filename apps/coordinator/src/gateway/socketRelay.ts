/**
 * What one socket says to federations that another node runs: one connection to that node, over which requests, answers and pushes go as
 * they are. When it ends the socket ends too, connects again, and finds who runs the federation then.
 */
import type { MessageName } from "@duet/lora-core/protocol/messages";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { io, type Socket } from "socket.io-client";
import type { NodeLinks } from "../ports/nodeLinks.ts";

export interface SocketRelay {
  /** The answer of the node that runs what the message is for; null where that is this one. Rejects where the node is gone. */
  passOn(name: MessageName, raw: unknown): Promise<unknown>;
  close(): void;
}

export interface RelayParts {
  /** See FederationRegistry. */
  readonly placeOf: (federationId: string) => Promise<string | null>;
  readonly links: NodeLinks;
  /** Say to the other node whose socket it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sends the socket what the other node pushes; the last of `content` may be what tells that it was read. */
  readonly push: (name: string, ...content: unknown[]) => void;
  /** The other node is gone. */
  readonly end: () => void;
}

/** What a socket is in because of this message. */
const ENTERS: Partial<Record<MessageName, "client" | "team">> = { "client:join": "client", "team:enter": "team" };
/** What it has to be in for that. */
const BELONGS: Partial<Record<MessageName, "client" | "team">> = {
  "client:progress": "client",
  "client:leave": "client",
  "round:fetch": "client",
  "round:submit": "client",
  "exchange:fetch": "client",
  "exchange:send": "client",
  "team:send": "team",
};

export function createSocketRelay({ placeOf, links, headers, push, end }: RelayParts): SocketRelay {
  const sockets = new Map<string, Promise<Socket>>();
  /** Where it is a client, and a member of a team. */
  const entered: { client: string | null; team: string | null } = { client: null, team: null };
  let isClosed = false;

  function linkTo(node: string): Promise<Socket> {
    const known = sockets.get(node);
    if (known) return known;
    const socket = io(node, { transports: ["websocket"], reconnection: false, forceNew: true, extraHeaders: { ...headers } });
    const link = greeted(socket);
    sockets.set(node, link);
    const forget = links.add(node, () => {
      socket.disconnect();
      if (!isClosed) end();
    });
    socket.onAny(push);
    socket.on("disconnect", () => {
      forget();
      sockets.delete(node);
      if (!isClosed) end();
    });
    link.catch(() => {
      forget();
      sockets.delete(node);
      socket.disconnect();
    });
    return link;
  }

  async function placeFor(name: MessageName, raw: unknown): Promise<string | null> {
    const group = BELONGS[name];
    if (group) return entered[group];
    const federationId = raw !== null && typeof raw === "object" && "federationId" in raw ? raw.federationId : null;
    const node = typeof federationId === "string" ? await placeOf(federationId) : null;
    const enters = ENTERS[name];
    if (enters) entered[enters] = node;
    return node;
  }

  return {
    async passOn(name, raw) {
      const node = await placeFor(name, raw);
      if (node === null) return null;
      const socket = await linkTo(node);
      return new Promise((resolve, reject) => {
        socket.once("disconnect", reject);
        socket.emit(name, raw, (answer: unknown) => {
          socket.off("disconnect", reject);
          resolve(answer);
        });
      });
    },
    close() {
      isClosed = true;
      for (const link of sockets.values()) void link.then((socket) => socket.disconnect()).catch(() => {});
    },
  };
}

async function greeted(socket: Socket): Promise<Socket> {
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("connect_error", reject);
  });
  const answer = await socket.emitWithAck("session:hello", { protocolVersion: PROTOCOL_VERSION });
  if (answer?.ok !== true) throw new Error("The other node speaks another version");
  return socket;
}
