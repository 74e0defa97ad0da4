/** By which nodes on one database know each other: a key that all of them have, in a header of what they pass on. */
import type { IncomingHttpHeaders } from "node:http";
import { hashToken, matchesHash } from "./secrets.ts";

export const NODE_HEADER = "x-duet-node";

export interface NodeKey {
  /** Whether a node passes this on for somebody else: what it says of them is believed. */
  isNode(headers: IncomingHttpHeaders): boolean;
  /** What goes along with what is passed on for a visitor from this address. */
  headersFor(address: string): Readonly<Record<string, string>>;
}

export function nodeKeyOf(key: Uint8Array): NodeKey {
  const text = Buffer.from(key).toString("hex");
  const hash = hashToken(text);
  return {
    isNode: ({ [NODE_HEADER]: shown }) => typeof shown === "string" && matchesHash(shown, hash),
    headersFor: (address) => ({ [NODE_HEADER]: text, "x-forwarded-for": address }),
  };
}

/** Of a coordinator that shares its database with nobody. */
export const noNodes: NodeKey = { isNode: () => false, headersFor: () => ({}) };
