/**
 * Who masks with whom. Up to 32 clients, and wherever the coordinator may be active, everybody with everybody. Beyond, everybody with k others
 * (Bell et al. 2020, IACR ePrint 2020/704): clients in a ring in an order that nobody chose, each tied to the k/2 next on either side, which
 * is the Harary graph.
 *
 * Bound: with at most a fifth of n clients in league with the coordinator and a fifth vanishing, wherever in the ring,
 *
 *   privacy        no client has t neighbours in league, and the others stay tied together:   each but for a chance of 2^-40 a round
 *   completeness   every client's secrets can be given by t of its neighbours:                but for a chance of 2^-20 a round
 *
 * k is the smallest even degree for which some t gives both, and t the largest such: k = 40 for 50 and for 100 clients, 62 for 200, 98 for 1000.
 * Where there is none (33 and a few more), the graph is complete. Tails of the hypergeometric distribution are compared as integers,
 * so that every machine finds the same graph.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type AttemptTerms, thresholdOf } from "./attempt.ts";
import { canonicalBytes } from "./canonicalBytes.ts";

/** Largest attempt that is complete whatever the coordinator is trusted with. */
const MAX_COMPLETE = 32;
const PRIVACY_BITS = 40n;
const COMPLETENESS_BITS = 20n;
/** One of so many may be in league with the coordinator, and one of so many may vanish. */
const ONE_IN = 5;

export interface MaskingGraph {
  /** Of each client, in ascending order, without itself. */
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
  /** Shares of a secret that give it, of those that its owner and its neighbours hold. */
  readonly shareThreshold: number;
}

/** The graph of these clients. `seed` is the digest of their key list, so that everybody finds the same and nobody chose it. */
export function maskingGraph(
  terms: Pick<AttemptTerms, "coordinator">,
  seed: Uint8Array,
  clients: readonly string[],
): MaskingGraph {
  const sparse = terms.coordinator === "curious" && clients.length > MAX_COMPLETE ? sparseDegree(clients.length) : null;
  if (sparse === null) {
    const sorted = [...clients].sort();
    const neighbours = new Map(sorted.map((client) => [client, sorted.filter((other) => other !== client)]));
    return { neighbours, shareThreshold: thresholdOf(terms, clients.length) };
  }
  return { neighbours: hararyGraph(seed, clients, sparse.degree), shareThreshold: sparse.shareThreshold };
}

/** k and t for so many clients; null where only a complete graph has the bound. */
export function sparseDegree(clients: number): { readonly degree: number; readonly shareThreshold: number } | null {
  const factorials = factorialsTo(clients);
  const few = Math.floor(clients / ONE_IN);
  for (let degree = 2; degree < clients - 1; degree += 2) {
    if (!staysTied(clients, degree)) continue;
    const draws = binomial(factorials, clients - 1, degree);
    // Ways to have x of a kind among the neighbours, where `kind` of all others are.
    const ways = (kind: number, x: number) =>
      binomial(factorials, kind, x) * binomial(factorials, clients - 1 - kind, degree - x);
    const left = clients - 1 - few;
    let shareThreshold = 0;
    let tooFew = 0n;
    for (let x = 0; x <= degree; x++) {
      tooFew += ways(left, x);
      if ((BigInt(clients) * tooFew) << COMPLETENESS_BITS > draws) break;
      shareThreshold = x + 1;
    }
    let tooMany = 0n;
    for (let x = shareThreshold; x <= degree; x++) tooMany += ways(few, x);
    if (shareThreshold >= 2 && (BigInt(clients) * tooMany) << PRIVACY_BITS <= draws) return { degree, shareThreshold };
  }
  return null;
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

/** The ring falls apart only where k/2 in a row are missing in two places: n^2/2 pairs of places, k clients that are all missing. */
function staysTied(clients: number, degree: number): boolean {
  const power = BigInt(degree);
  return (BigInt(clients) ** 2n * 2n ** power) << PRIVACY_BITS <= 2n * BigInt(ONE_IN) ** power;
}

function hararyGraph(seed: Uint8Array, clients: readonly string[], degree: number): ReadonlyMap<string, readonly string[]> {
  const places = clients.map((client) => ({ client, place: bytesToHex(sha256(canonicalBytes("ring", seed, client))) }));
  const ring = places.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ client }) => client);
  const steps = Array.from({ length: degree / 2 }, (_, i) => i + 1);
  return new Map(
    ring.map((client, at) => {
      const around = steps.flatMap((step) =>
        [at + step, at - step + ring.length].map((place) => ring[place % ring.length] as string),
      );
      return [client, around.sort()];
    }),
  );
}

/** i! of every i up to n. */
function factorialsTo(n: number): readonly bigint[] {
  const factorials = [1n];
  for (let i = 1; i <= n; i++) factorials.push((factorials[i - 1] as bigint) * BigInt(i));
  return factorials;
}

function binomial(factorials: readonly bigint[], n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  return (factorials[n] as bigint) / ((factorials[k] as bigint) * (factorials[n - k] as bigint));
}
