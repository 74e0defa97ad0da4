/** The sets of an attempt, U3 within U2 within U1: what client and coordinator ask of each. */
import { sha256 } from "@noble/hashes/sha2.js";
import { algorithms } from "./algorithms.ts";
import { checkSize, type Identities } from "./announcement.ts";
import { type AttemptTerms, contextBytes, leastMembers, thresholdOf } from "./attempt.ts";
import { type MaskingGraph, tiedTogether } from "./neighbours.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";

/** Who holds a share of this client's secrets: itself and its neighbours, ascending. */
export function holdersOf({ neighbours }: MaskingGraph, client: string): readonly string[] {
  return [client, ...(neighbours.get(client) ?? [])].sort();
}

/** Fewer than it takes. */
export interface Shortage {
  readonly have: number;
  readonly needed: number;
}

const shortageBelow = (needed: number, have: number): Shortage | null => (have < needed ? { have, needed } : null);

/** Of those who sign U3: the threshold of U1. */
export function shortageOfSigners(terms: AttemptTerms, graph: MaskingGraph, signers: number): Shortage | null {
  return shortageBelow(thresholdOf(terms, graph.neighbours.size), signers);
}

/** Of the holders of one owner's shares that are among `members`. */
export function shortageOfHolders(graph: MaskingGraph, owners: readonly string[], members: readonly string[]): Shortage | null {
  const left = new Set(members);
  for (const owner of owners) {
    const holders = holdersOf(graph, owner).filter((holder) => left.has(holder));
    const shortage = shortageBelow(graph.shareThreshold, holders.length);
    if (shortage) return shortage;
  }
  return null;
}

/** Of a set that is to hide in one sum: too few of them, or of an owner's holders, or masks that do not tie all of them together. */
export function shortageOfSum(
  terms: AttemptTerms,
  graph: MaskingGraph,
  owners: readonly string[],
  members: readonly string[],
): Shortage | null {
  return (
    shortageBelow(leastMembers(terms, graph.neighbours.size), members.length) ??
    shortageOfHolders(graph, owners, members) ??
    shortageBelow(members.length, tiedTogether(graph, members))
  );
}

/**
 * A set that the coordinator fixed, as a client sees it: of those in the phase before, and enough to give the secrets of `owners`.
 * @throws {SecureAggregationError} "no subset", "too few".
 */
export function checkMembers(
  terms: AttemptTerms,
  graph: MaskingGraph,
  { before, owners, members }: Readonly<Record<"before" | "owners" | "members", readonly string[]>>,
): void {
  const allowed = new Set(before);
  const stranger = members.find((member) => !allowed.has(member));
  if (stranger !== undefined) {
    throw new SecureAggregationError("no subset", ["notInPhaseBefore", stranger], stranger);
  }
  const shortage = shortageOfSum(terms, graph, owners, members);
  if (shortage) checkSize("phase", shortage.have, shortage.needed);
}

/** What is signed before anything is revealed. */
export function survivorsBytes(
  terms: AttemptTerms,
  keyList: Uint8Array,
  sharing: readonly string[],
  survivors: readonly string[],
): Uint8Array {
  return contextBytes(terms, "survivors", keyList, sha256(contextBytes(terms, "sharing", ...sharing)), ...survivors);
}

/** @throws {SecureAggregationError} "unknown client", "forged signature". */
export async function checkSurvivors(
  identities: Identities,
  client: string,
  signed: Uint8Array,
  signature: Uint8Array,
): Promise<void> {
  const identity = identities.get(client);
  if (!identity) throw new SecureAggregationError("unknown client", ["strangerInSum", client], client);
  const { verify } = await algorithms();
  if (await verify(identity, signed, signature)) return;
  throw new SecureAggregationError("forged signature", ["survivorsNotSigned", client], client);
}
