/** One attempt at one secure sum: what it is held to, and what everything in it is bound to. */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { type CanonicalField, canonicalBytes } from "./canonicalBytes.ts";
import { clientId } from "./messages.ts";
import { MIN_CLIENTS } from "./minClients.ts";
import { type VectorLayout, vectorLayout } from "./vectorLayout.ts";

/** Changes with everything that would make two versions misunderstand each other. */
const PROTOCOL = "duet secure aggregation 2";

/** A share's place is one byte that is not 0. */
const MAX_HOLDERS = 255;

export const attemptTerms = z
  .strictObject({
    federationId: clientId,
    round: z.number().int().min(0).max(100_000),
    /** From 1; every attempt has keys of its own. */
    attempt: z.number().int().min(1).max(1_000_000),
    /** What the coordinator is trusted with: to keep to the protocol ("curious"), or not even that ("active"). */
    coordinator: z.enum(["curious", "active"]),
    layout: vectorLayout,
  })
  .refine(({ coordinator, layout }) => coordinator === "curious" || layout.clients <= MAX_HOLDERS, {
    message: `against an active coordinator, where everybody masks with everybody, there can be ${MAX_HOLDERS} clients at most`,
    path: ["layout", "clients"],
  });
/** The same for all: each client's signature covers them. */
export type AttemptTerms = z.output<typeof attemptTerms>;

/** Bytes that say what a key, a signature or a ciphertext is for, and for nothing else. */
export function contextBytes(
  terms: AttemptTerms,
  purpose: string,
  ...fields: readonly CanonicalField[]
): Uint8Array<ArrayBuffer> {
  const { federationId, round, attempt } = terms;
  return canonicalBytes(PROTOCOL, purpose, federationId, round, attempt, ...fields);
}

/** SHA-256 of the terms, which clients sign with their keys. */
export function termsDigest(terms: AttemptTerms): Uint8Array {
  return sha256(contextBytes(terms, "terms", terms.coordinator, ...layoutFields(terms.layout)));
}

/** t, of so many clients: more than half; more than two thirds where the coordinator may be active (Bonawitz et al. 2017, section 6). */
export function thresholdOf({ coordinator }: Pick<AttemptTerms, "coordinator">, clients: number): number {
  return 1 + Math.floor(coordinator === "active" ? (2 * clients) / 3 : clients / 2);
}

/** The smallest set of `clients` that may go on: the threshold, and never fewer than {@link MIN_CLIENTS}. */
export function leastMembers(terms: Pick<AttemptTerms, "coordinator">, clients: number): number {
  return Math.max(MIN_CLIENTS, thresholdOf(terms, clients));
}

function layoutFields({ clients, groups }: VectorLayout): readonly CanonicalField[] {
  const fields = groups.flatMap((group) =>
    group.kind === "real"
      ? [group.kind, group.name, group.length, group.modulusBits, float64Bytes(group.clip), group.bits]
      : [group.kind, group.name, group.length, group.modulusBits, group.max],
  );
  return [clients, groups.length, ...fields];
}

/** Little-endian. */
function float64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
