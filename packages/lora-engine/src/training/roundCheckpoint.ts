/** A round that is under way, as a client keeps it on its device. It never leaves it. */
import type { StepMemory } from "@duet/lora-core/architectures/stepMemory";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { ClientCheckpoint, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { BackendName } from "@duet/lora-core/protocol/metrics";
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
  readonly sha256: string;
}

/** Which pieces a round asks for, in which order, under which names: to be raised when runRound.ts changes them. */
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

/** The same for two rounds that come to the same result, up to what {@link ComputedOn} says. */
export function roundIdentity({ request, setup, model, held }: RoundOrigin): string {
  const { memory: _, ...settings } = setup;
  return contentHash({ version: PIECES_VERSION, request, settings, model, held });
}

/** SHA-256 of plain data, whatever the order of its keys: of its JSON, with the bits of its arrays. */
export function contentHash(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...part];
    if (ArrayBuffer.isView(part)) return sha256Of(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return sha256Of(new TextEncoder().encode(text));
}
