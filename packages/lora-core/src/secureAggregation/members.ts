/** The sets of an attempt, U3 within U2 within U1: what client and coordinator ask of each. */
import { sha256 } from "@noble/hashes/sha2.js";
import { checkSize } from "./announcement.ts";
import { type AttemptTerms, contextBytes, leastMembers } from "./attempt.ts";
import { type MaskingGraph, tiedTogether } from "./neighbours.ts";
import { SecureAggregationError } from "./secureAggregationError.ts";

/** Who holds a share of this client's secrets: itself and its neighbours, ascending. */
export function holdersOf({ neighbours }: MaskingGraph, client: string): readonly string[] {
  return [client, ...(neighbours.get(client) ?? [])].sort();
}

export interface Shortage {
  readonly have: number;
  readonly needed: number;
}

/** Whether too few are left to give the secrets of `owners`, in all or of one's holders. */
export function shortageOf(
  terms: AttemptTerms,
  graph: MaskingGraph,
  owners: readonly string[],
  members: readonly string[],
): Shortage | null {
  const needed = leastMembers(terms, graph.neighbours.size);
  if (members.length < needed) return { have: members.length, needed };
  const left = new Set(members);
  for (const owner of owners) {
    const have = holdersOf(graph, owner).filter((holder) => left.has(holder)).length;
    if (have < graph.shareThreshold) return { have, needed: graph.shareThreshold };
  }
  return null;
}

/** The same of a set that hides in one sum: masks must tie all of it together, or it would hide in several. */
export function shortageOfSum(
  terms: AttemptTerms,
  graph: MaskingGraph,
  owners: readonly string[],
  members: readonly string[],
): Shortage | null {
  const tied = tiedTogether(graph, members);
  const parted = tied < members.length ? { have: tied, needed: members.length } : null;
  return shortageOf(terms, graph, owners, members) ?? parted;
}

/**
 * @param owners whose secrets the members must be able to give.
 * @throws {SecureAggregationError} "no subset", "too few".
 */
export function checkMembers(
  terms: AttemptTerms,
  graph: MaskingGraph,
  owners: readonly string[],
  members: readonly string[],
): void {
  const allowed = new Set(owners);
  const stranger = members.find((member) => !allowed.has(member));
  if (stranger !== undefined) {
    throw new SecureAggregationError("no subset", `${stranger} was not in the phase before`, stranger);
  }
  const shortage = shortageOfSum(terms, graph, owners, members);
  if (shortage) checkSize("a phase", shortage.have, shortage.needed);
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
