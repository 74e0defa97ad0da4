/** A round that is under way, as a client keeps it on its device. It never leaves it. */
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { ClientCheckpoint, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import type { JournalState } from "./roundJournal.ts";

/** What decides the last bits of what is computed, and nothing more. */
export interface ComputedOn {
  readonly backend: BackendName;
  readonly memory: StepMemory | null;
}

export interface RoundCheckpoint extends RoundKey {
  /** {@link roundIdentity} */
  readonly of: string;
  readonly on: ComputedOn;
  readonly state: JournalState;
  /** {@link contentHash} of `state`. */
  readonly checksum: string;
}

/** Which pieces a round asks for, in which order, under which names: to be raised when runRound.ts, or what it is made of, changes them. */
const PIECES_VERSION = 1;

/** What a round is a function of. */
export interface RoundOrigin {
  readonly request: RoundRequest;
  /** With the client's own seed, which is made of its training texts. */
  readonly setup: EngineSetup;
  /** SHA-256 over the base's files. */
  readonly model: string;
  /** What the client held as the round began. */
  readonly held: ClientCheckpoint;
}

/**
 * The same for two rounds that come to the same result, up to what {@link ComputedOn} says; and where clients learn alone also if only one of them sends
 * what it has learned, so that what was begun in the first round is gone on with outside of any.
 */
export function roundIdentity({ request, setup, model, held }: RoundOrigin): string {
  const { memory: _, ...settings } = setup;
  const asked = isLocalLearning(request.round) ? { ...request, plan: { ...request.plan, upload: null } } : request;
  return contentHash({ version: PIECES_VERSION, request: asked, settings, model, held });
}

/** SHA-256 of plain data, whatever the order of its keys: of its JSON, with checksums of its arrays of bytes and of float32. */
export function contentHash(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...part];
    if (part instanceof Float32Array) return checksum(new Uint32Array(part.buffer, part.byteOffset, part.length));
    if (part instanceof Uint8Array) return checksum(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return sha256Of(new TextEncoder().encode(text));
}

/**
 * FNV-1a, a byte or a 32-bit word at a time: it finds damage, not malice, and costs a fraction of SHA-256, which would hold up training. One
 * unit that changes always changes it.
 */
function checksum(units: Uint8Array | Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const unit of units) hash = Math.imul(hash ^ unit, 0x01000193);
  return hash >>> 0;
}
