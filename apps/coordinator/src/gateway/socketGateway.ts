/** Sockets to handlers and back: greeting, limits, parsing, acknowledgements, pushes. Knows nothing of rounds. */

import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Result } from "@duet/lora-core/protocol/errors";
import { EXITS } from "@duet/lora-core/protocol/exits";
import {
  GREETING_TIMEOUT_MS,
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_GREETING_BYTES,
  MAX_MESSAGE_BYTES,
} from "@duet/lora-core/protocol/limits";
import {
  type ClientToServerEvents,
  changeEvent,
  type MessageName,
  messages,
  type RequestOf,
  replacedEvent,
  type ServerToClientEvents,
  teamFrameEvent,
  teamPresentEvent,
} from "@duet/lora-core/protocol/messages";
import type { Logger } from "pino";
import { Server, type Socket } from "socket.io";
import type { Access } from "../access/createAccess.ts";
import type { Visitor } from "../access/visitor.ts";
import type { Clock } from "../ports/clock.ts";
import type { NodeLinks } from "../ports/nodeLinks.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import type { Handlers } from "./handlers.ts";
import type { OriginCheck } from "./originCheck.ts";
import { createRateLimit } from "./rateLimit.ts";
import { endSession, type Session } from "./session.ts";
import { createSocketRelay } from "./socketRelay.ts";
import { answer, failureOf, validated } from "./validated.ts";
import { limitMessages, webSocketsThat } from "./webSockets.ts";

/** A minute's messages are used up: some are free again soon, for everybody behind that address. */
const MESSAGES_AGAIN_MS = 5_000;

interface SocketData {
  visitor: Visitor;
}
type DuetServer = Server<ClientToServerEvents, ServerToClientEvents, Record<string, never>, SocketData>;
type DuetSocket = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, SocketData>;

/** How long a socket may owe its answer to a ping: on a slow link that waits behind adapters and snapshots. */
const PING_TIMEOUT_MS = 60_000;

export interface GatewayParts {
  /** See FederationRegistry. */
  readonly placeOf: (federationId: string) => Promise<string | null>;
  /** What is under way to other nodes. */
  readonly links: NodeLinks;
  readonly handlers: Handlers;
  readonly access: Access;
  readonly originCheck: OriginCheck;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Pick<Tally, "refused" | "socketOpened" | "socketClosed">;
  /** Of every answer that Socket.IO gives by itself. */
  readonly headers: (request: IncomingMessage) => Readonly<Record<string, string>>;
  /** Answers a handshake that comes to nothing. */
  readonly refuseHandshake: (request: IncomingMessage, socket: Duplex, why: Refusal | string) => void;
}

/** Puts a Socket.IO server on an HTTP server. */
export function createSocketGateway(
  http: HttpServer,
  { placeOf, links, handlers, access, originCheck, clock, logger, tally, headers, refuseHandshake }: GatewayParts,
): { close(): Promise<void> } {
  /** How the place of a handshake, which is no socket yet, among those of its network is given up. */
  const places = new WeakMap<IncomingMessage, () => void>();
  /** Socket.IO passes on no more than a text. */
  const refused = new WeakMap<IncomingMessage, Refusal>();
  /** Counts the socket that is about to open. Why it may not; null when it may. */
  function admit(request: IncomingMessage): Refusal | null {
    const network = access.networkOf(request);
    try {
      access.guard.quotas.take("handshake", network);
      places.set(request, access.connections.enter(network));
      // A handshake that comes to nothing.
      request.socket.once("close", () => places.get(request)?.());
      return null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error;
    }
  }
  const io: DuetServer = new Server(http, {
    maxHttpBufferSize: MAX_GREETING_BYTES,
    connectTimeout: GREETING_TIMEOUT_MS,
    wsEngine: webSocketsThat(refuseHandshake),
    pingTimeout: PING_TIMEOUT_MS,
    serveClient: false,
    allowRequest: (request, decide) => {
      const isNode = access.nodes.isNode(request.headers);
      const refusal = (isNode ? null : originCheck.refusal(request)) ?? admit(request);
      if (refusal) refused.set(request, refusal);
      decide(refusal?.message, refusal === null);
    },
  });
  const greeted = new WeakSet<DuetSocket["conn"]>();
  io.engine.on("headers", (answered: object, request: IncomingMessage) => void Object.assign(answered, headers(request)));
  io.engine.on("connection_error", ({ req, message }: { req: IncomingMessage; message: string }) => {
    const refusal = refused.get(req);
    if (refusal) tally.refused(refusal.code);
    if (req.headers.upgrade !== undefined) refuseHandshake(req, req.socket, refusal ?? message);
  });
  // Below Socket.IO, where one is also a connection that never becomes a socket of it.
  io.engine.on("connection", (connection: DuetSocket["conn"]) => {
    const giveUp = clock.at(clock.now() + GREETING_TIMEOUT_MS, () => {
      // What had arrived already while the loop was busy still counts.
      setImmediate(() => !greeted.has(connection) && connection.close(true));
    });
    connection.once("close", giveUp);
    const leave = places.get(connection.request);
    places.delete(connection.request);
    if (leave) connection.once("close", leave);
  });
  io.use((socket, next) => {
    access.visitorOf(socket.request).then((visitor) => {
      socket.data.visitor = visitor;
      next();
    }, next);
  });
  io.on("connection", (socket) => {
    const session = createSession(socket, () => {
      if (greeted.has(socket.conn)) return;
      greeted.add(socket.conn);
      limitMessages(socket.conn, access.creation.allows(socket.data.visitor) ? MAX_MESSAGE_BYTES : MAX_CLIENT_MESSAGE_BYTES);
    });
    const onFault = (error: unknown) => logger.error({ socket: socket.id, error: faultText(error) }, "A handler failed");
    const isAllowed = createRateLimit(clock);
    const gates = bindHandlers(handlers, session, onFault);
    const refuse = (acknowledge: unknown, ...why: ConstructorParameters<typeof Refusal>) =>
      answer(acknowledge, failureOf(new Refusal(...why)), onFault);
    const { cookie, ...headers } = { ...socket.request.headers };
    const relay = access.nodes.isNode(headers)
      ? null
      : createSocketRelay({
          placeOf,
          links,
          headers: { ...access.nodes.headersFor(access.addressOf(socket.request)), ...(cookie === undefined ? {} : { cookie }) },
          push: (name, ...content) => void socket.emit(name as typeof changeEvent, ...(content as [never, never])),
          end: () => void socket.disconnect(true),
        });
    /** By the node that runs what it is for: here, or elsewhere. */
    const pass = async (name: MessageName, raw: unknown, acknowledge: unknown) => {
      try {
        const answered = relay && (await relay.passOn(name, raw));
        if (answered === null) return await gates[name](raw, acknowledge);
        if (name === "team:enter") session.allowFrames();
        answer(acknowledge, answered as Result<unknown>, onFault);
      } catch {
        // That node is gone: the socket connects again, and whoever runs it then is found.
        socket.disconnect(true);
      }
    };
    // One listener for every name, so that an unknown event is refused instead of ignored.
    socket.onAny((name: string, raw: unknown, given: unknown) => {
      const acknowledge = counted(given, tally);
      if (!access.guard.quotas.has("message", session.visitor.network)) {
        refuse(acknowledge, "QUOTA_USED_UP", ["messagesFromAddress"], { retryAfterMs: MESSAGES_AGAIN_MS });
        // A team's frames have a pace of their own, by their bytes.
      } else if (name !== "team:send" && !isAllowed()) refuse(acknowledge, "RATE_LIMITED", ["tooManyMessages"]);
      else if (!isMessageName(name)) refuse(acknowledge, "INVALID_PAYLOAD", ["noSuchMessage"]);
      else if (!session.isGreeted && name !== "session:hello") {
        refuse(acknowledge, "FORBIDDEN", ["helloFirst"]);
      } else void pass(name, raw, acknowledge);
    });
    tally.socketOpened();
    socket.on("disconnect", () => {
      tally.socketClosed();
      relay?.close();
      endSession(session);
    });
  });
  return { close: () => io.close() };
}

/** The same acknowledgement; refusals that it gives are counted. */
function counted(acknowledge: unknown, tally: Pick<Tally, "refused">): unknown {
  if (typeof acknowledge !== "function") return acknowledge;
  return (result: Result<unknown>) => {
    if (!result.ok) tally.refused(result.error.code);
    acknowledge(result);
  };
}

type Gate = (raw: unknown, acknowledge: unknown) => Promise<void>;

function bindHandlers(handlers: Handlers, session: Session, onFault: (error: unknown) => void): Record<MessageName, Gate> {
  const gate = <N extends MessageName>(name: N): Gate => {
    const handler: Handlers[N] = handlers[name];
    return validated(messages[name].request, (request) => handler(request as RequestOf<N>, session), onFault);
  };
  const names = Object.keys(messages).filter(isMessageName);
  return Object.fromEntries(names.map((name) => [name, gate(name)])) as Record<MessageName, Gate>;
}

function createSession(socket: DuetSocket, onGreeted: () => void): Session {
  const gone = new Promise<never>((_, reject) => socket.once("disconnect", () => reject(new Error("The socket is gone"))));
  gone.catch(() => {});
  const session: Session = {
    visitor: socket.data.visitor,
    isGreeted: false,
    greet() {
      session.isGreeted = true;
      onGreeted();
    },
    isEnded: false,
    joining: Promise.resolve(),
    membership: null,
    subscriptions: new Map(),
    replacedBecause: null,
    connection: {
      replace(why) {
        session.membership = null;
        session.replacedBecause = why;
        socket.emit(replacedEvent, { reason: EXITS[why], why });
      },
    },
    watcher: {
      // A dead socket ends by its pings.
      push: (change) =>
        socket.emitWithAck(changeEvent, change).then(
          () => undefined,
          () => undefined,
        ),
      // The page connects again, and is told why when it asks.
      end: () => void socket.disconnect(true),
    },
    teamLink: {
      deliver: (frame) => Promise.race([socket.timeout(PING_TIMEOUT_MS).emitWithAck(teamFrameEvent, frame), gone]),
      tell: (present) => void socket.emit(teamPresentEvent, { present: [...present] }),
      end: () => void socket.disconnect(true),
    },
    team: null,
    allowFrames: () => limitMessages(socket.conn, MAX_MESSAGE_BYTES),
  };
  return session;
}

function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(messages, name);
}

function faultText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
