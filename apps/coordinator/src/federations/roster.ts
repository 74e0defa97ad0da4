/** Who may speak for which client: resume tokens (as hashes) and the socket each client has at the moment. */
import type { Exit } from "@duet/lora-core/protocol/exits";
import { hashToken } from "../ports/secrets.ts";

/** A client's socket, as far as a federation cares. */
export interface Connection {
  /** This socket no longer speaks for its client and only watches on. */
  replace(why: Exit): void;
}

export interface Roster {
  /** The client that this resume token belongs to. */
  clientOf(resumeToken: string): string | undefined;
  remember(clientId: string, resumeHash: string): void;
  /** Its resume token means nothing any more. */
  forget(clientId: string): void;
  /** From now on its resume token is one of somebody who was removed. */
  ban(clientId: string): void;
  isBanned(resumeToken: string): boolean;
  /** From now on this socket speaks for the client; the one before, if any, is told. */
  connect(clientId: string, connection: Connection): void;
  /** Whether the client has a socket, or this very one. */
  isConnected(clientId: string, connection?: Connection): boolean;
  /** Forgets the socket, unless another one has taken over. */
  disconnect(clientId: string, connection: Connection): void;
  /** Tells the client's socket that it is out. */
  expel(clientId: string, why: Exit): void;
}

/** An empty roster. */
export function createRoster(): Roster {
  /** By the hash: looking one up tells nothing about the secret. */
  const clients = new Map<string, string>();
  const banned = new Set<string>();
  const connections = new Map<string, Connection>();
  return {
    clientOf: (resumeToken) => clients.get(hashToken(resumeToken)),
    remember: (clientId, resumeHash) => void clients.set(resumeHash, clientId),
    forget(clientId) {
      for (const [hash, id] of clients) if (id === clientId) clients.delete(hash);
    },
    ban(clientId) {
      for (const [hash, id] of clients) if (id === clientId && clients.delete(hash)) banned.add(hash);
    },
    isBanned: (resumeToken) => banned.has(hashToken(resumeToken)),
    connect(clientId, connection) {
      const older = connections.get(clientId);
      connections.set(clientId, connection);
      if (older && older !== connection) older.replace("elsewhere");
    },
    isConnected: (clientId, connection) => (connection ? connections.get(clientId) === connection : connections.has(clientId)),
    disconnect(clientId, connection) {
      if (connections.get(clientId) === connection) connections.delete(clientId);
    },
    expel(clientId, why) {
      connections.get(clientId)?.replace(why);
      connections.delete(clientId);
    },
  };
}
