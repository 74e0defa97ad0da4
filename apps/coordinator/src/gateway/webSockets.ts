/** WebSockets below Socket.IO: how they refuse, how they end, and how large a message may be on one of them. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "socket.io";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";

type Connection = Socket["conn"];

/** How long the other end may take to say that it closes, too. */
const CLOSE_TIMEOUT_MS = 5_000;

/** For Socket.IO's `wsEngine`: `refuse` answers a handshake that is none. */
export function webSocketsThat(
  refuse: (request: IncomingMessage, socket: Duplex, reason: string) => void,
): new (
  options: ServerOptions,
) => WebSocketServer {
  return class extends WebSocketServer {
    constructor(options: ServerOptions) {
      super({ ...options, closeTimeout: CLOSE_TIMEOUT_MS } as ServerOptions);
      this.on("wsClientError", (error: Error, socket: Duplex, request: IncomingMessage) =>
        refuse(request, socket, error.message),
      );
    }
  };
}

/** What receives a WebSocket's frames. ws has no public way to change its limit, which is read with every frame. */
interface Receiver {
  _maxPayload: number;
}

/**
 * From now on messages of this connection may have so many bytes, whichever way they come. A longer one ends the connection before it
 * is held in memory, and before anything parses it. The last call counts.
 */
export function limitMessages(connection: Connection, bytes: number): void {
  const apply = (transport: Connection["transport"]) => {
    if (transport.name === "polling") Object.assign(transport, { maxHttpBufferSize: bytes });
    else receiverOf(transport)._maxPayload = bytes;
  };
  connection.on("upgrade", apply);
  apply(connection.transport);
}

/** @throws {Error} when ws is no longer made as it was. */
function receiverOf(transport: Connection["transport"]): Receiver {
  const { socket } = transport as unknown as { socket: WebSocket & { _receiver?: Partial<Receiver> } };
  if (typeof socket._receiver?._maxPayload !== "number") throw new Error("This version of ws keeps its limit elsewhere");
  return socket._receiver as Receiver;
}
