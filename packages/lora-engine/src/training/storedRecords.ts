/**
 * What a client keeps on its device, as records: plain data that survives a structured clone, each with a version and parsed when it is
 * read. Where they lie is the store's to know: IndexedDB in a browser, files elsewhere. docs/recipes/change-a-stored-format.md says how to
 * change one.
 */

import type { ClientCheckpoint, KeptClient } from "@duet/lora-core/contract/clientRound";
import { checkpoint, roundKey, roundResult } from "@duet/lora-core/contract/keptSchemas";
import { mechanism } from "@duet/lora-core/differentialPrivacy/mechanism";
import { workError } from "@duet/lora-core/errors/workError";
import { backendName } from "@duet/lora-core/protocol/metrics";
import { z } from "zod";

const rows = z.array(z.object({ line: z.number(), input: z.string(), answer: z.string() }).loose());
export const split = z.object({ train: rows, fusion: rows, test: rows });
export const keptRecord = z.object({ version: z.literal(1), checkpoint: checkpoint.nullable(), done: roundResult.nullable() });
export const rowsRecord = z.object({ version: z.literal(1), split });
export const submittedRecord = roundKey.extend({ version: z.literal(1) });

/** Measured: it may be no finite one. */
const number = z.custom<number>((value) => typeof value === "number");
const tensor = z.object({ shape: z.array(z.number()), data: z.instanceof(Float32Array) });
export const namedTensors = z.map(z.string(), tensor);
export const trainingState = z.object({
  done: z.number(),
  adapter: namedTensors,
  optimizer: z.object({ steps: z.number(), first: z.array(tensor), second: z.array(tensor) }),
  gradients: z.object({ steps: z.number(), sums: z.array(tensor) }),
  lossSum: number,
  tokens: z.number(),
});
const trainingOutcome = z.object({
  adapter: namedTensors,
  control: namedTensors.nullable(),
  meanLoss: number.nullable(),
  tokens: z.number(),
});
const named = z.object({ name: z.string(), seconds: number });
const scored = z.object({ label: z.number(), lossSum: number, units: z.number() });
const piece = z.discriminatedUnion("kind", [
  named.extend({ kind: z.literal("scored"), result: z.array(scored) }),
  named.extend({ kind: z.literal("losses"), result: z.instanceof(Float32Array) }),
  named.extend({ kind: z.literal("trained"), result: trainingOutcome }),
  named.extend({ kind: z.literal("chosen"), result: z.number().nullable() }),
]);
export const underWayRecord = roundKey.extend({
  version: z.literal(1),
  of: z.string(),
  on: z.object({ backend: backendName, memory: z.object({ rowsAtOnce: number, recompute: z.boolean() }).nullable() }),
  state: z.object({
    pieces: z.array(piece),
    training: named.extend({ steps: z.number(), state: trainingState }).nullable(),
  }),
  checksum: z.string(),
});
/** Written and read by this device alone, whole: its own form says secureAggregation/participant.ts. */
export const sumRecord = z.object({ version: z.literal(1), state: z.object({ attempt: z.number() }).loose() });
const sampleAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({ kind: z.literal("label"), label: z.number(), probability: z.number() }),
]);
const sampleAnswers = z.array(sampleAnswer).optional();
export const samplesRecord = z.object({
  version: z.literal(1),
  places: z.array(z.number()),
  rounds: z.array(
    z.object({
      round: z.number(),
      answers: z.object({ base: sampleAnswers, personal: sampleAnswers, shared: sampleAnswers, fused: sampleAnswers }),
    }),
  ),
});
export const ledgerRecord = z.object({
  version: z.literal(1),
  accounts: z.array(
    z.object({ rows: z.array(z.string()), spent: z.array(mechanism), noise: z.record(z.string(), z.number().positive()) }),
  ),
});
/** A result counts as submitted in the attempt that the coordinator acknowledged last. */
export function keptClient(record: z.output<typeof keptRecord>, sent: z.output<typeof submittedRecord> | null): KeptClient {
  const { done } = record;
  if (!done) return { checkpoint: record.checkpoint as ClientCheckpoint | null, done: null };
  const isSent = sent?.round === done.round;
  return {
    checkpoint: record.checkpoint as ClientCheckpoint | null,
    done: { ...done, attempt: isSent ? sent.attempt : done.attempt, submitted: isSent },
  };
}

/** @throws {DuetError} STORED_DAMAGED where it is of no form that is known. */
export function parsedRecord<S extends z.ZodType>(value: unknown, schema: S): z.output<S> | null {
  if (value === undefined) return null;
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw workError("STORED_DAMAGED", ["keptUnreadable"]);
}
