/** What the leader of a team hands to the others of a training: what it starts from, what it is of, and where it is. Bytes are parsed here alone. */
import type { TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import { fromBytes, toBytes } from "@duet/lora-core/team/plainBytes";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";
import type { TrainingTask } from "./learner.ts";
import { namedTensors, trainingState } from "./storedRecords.ts";
import type { TrainingState } from "./trainingState.ts";

const content = z.strictObject({
  start: namedTensors,
  seed: z.number(),
  task: z.strictObject({
    part: z.enum(["all", "a", "b", "body", "head"]),
    weight: z.number(),
    beside: namedTensors.nullable(),
    proximal: z.strictObject({ anchor: namedTensors, mu: z.number() }).nullable(),
    control: z.strictObject({ own: namedTensors.nullable(), common: namedTensors.nullable() }).nullable(),
    distill: z.strictObject({ teacher: namedTensors, weight: z.number(), temperature: z.number() }).nullable(),
    balanced: z.boolean(),
    span: z.strictObject({ from: z.number(), to: z.number() }).exactOptional(),
  }),
});

export interface OrderedTraining {
  /** The adapter that is trained, as it is before. */
  readonly start: NamedTensors;
  /** Of the leader's own batches and dropout; a member mixes what is its own into it. */
  readonly seed: number;
  readonly task: TrainingTask;
}

export const orderContent = (ordered: OrderedTraining): TrainingOrder["content"] => toBytes(plain(ordered));

/** @throws {TeamError} "unreadable"; {ZodError} on bytes of another form. */
export const orderedTraining = (bytes: Uint8Array): OrderedTraining => content.parse(fromBytes(bytes));

export const stateBytes = (state: TrainingState): Uint8Array => toBytes(plain(state));

/** @throws as {@link orderedTraining}. */
export const stateOf = (bytes: Uint8Array): TrainingState => trainingState.parse(fromBytes(bytes));

/** Tensors without the second form that some have. */
function plain<T>(value: T): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const { halves: _, ...rest } = value as Partial<HostTensor> & Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, plain(item)]));
}
