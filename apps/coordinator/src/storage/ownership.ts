/**
 * Which coordinator runs a federation. One alone runs all of its own. Among several nodes on one database, every node holds a lease that
 * ends some seconds after it last renewed it, and a federation belongs to one of them until that one lets go or its lease is over. Every
 * owner has a higher fence than the one before, and what it writes is checked against that in the same transaction: a node that was
 * paused for longer than its lease finds that it may not write any more (docs/adr/0068-several-nodes.md).
 */
import { Refusal } from "../refusal.ts";
import type { Database } from "./database/openDatabase.ts";

/** Another node has the federation. Who asked asks again, and finds that node. */
export class LostFederationError extends Refusal {
  constructor() {
    super("RATE_LIMITED", ["federationMoved"]);
  }
}

/** Does what writes, as long as that is allowed. @throws {LostFederationError} when another node has the federation now. */
export type Write = <T>(work: (database: Database) => Promise<T>) => Promise<T>;

/** What its owner has of a federation. */
export interface Hold {
  /** 0 where there is one node. */
  readonly fence: number;
  readonly write: Write;
}

export interface Ownership {
  /** Where it runs: null here, also when it was free and this node has just taken it, or where there is none; else the other's address. */
  placeOf(federationId: string): Promise<string | null>;
  /** What this node has of it, which takes it where it is free. @throws {LostFederationError} while another one has it. */
  hold(federationId: string): Promise<Hold>;
  /** Lets go of it: whoever is asked for it next runs it. */
  release(federationId: string): Promise<void>;
  /** Lets go of what this node cannot read, and takes it no more: a node of another version may be able to. */
  leaveToOthers(federationId: string): Promise<void>;
  /** Calls back with every federation that another node has taken, and with those that nobody runs although they are under way. */
  watch(watcher: OwnershipWatcher): void;
  /** Lets go of everything. */
  close(): Promise<void>;
}

export interface OwnershipWatcher {
  readonly lost: (federationId: string) => void;
  readonly orphaned: (federationId: string) => Promise<unknown>;
  /** Addresses of the nodes that live, this one's too, whenever they were looked at. */
  readonly living: (nodes: ReadonlySet<string>) => void;
}

/** Of a coordinator that shares its database with nobody. */
export function ownerOfAll(database: Database): Ownership {
  const hold: Hold = { fence: 0, write: (work) => work(database) };
  return {
    placeOf: async () => null,
    hold: async () => hold,
    release: async () => {},
    leaveToOthers: async () => {},
    watch: () => {},
    close: async () => {},
  };
}
