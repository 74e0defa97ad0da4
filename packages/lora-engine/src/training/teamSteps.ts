/**
 * Steps that the members of a team take together. With one step between averagings the optimiser of every member gets the mean of their
 * gradients, weighted by the units that each was computed from: what one device would compute of all their batches as one. With more, each goes
 * its own way, and then all go on from the mean of what they have come to: adapter and moments alike.
 */
import type { Contribution, TeamAverages } from "@duet/lora-core/contract/teamTraining";
import type { HostTensor } from "@duet/lora-core/tensors/namedTensors";
import * as tf from "@tensorflow/tfjs";
import type { AdamW } from "../optim/adamW.ts";
import { assignHost, toHost } from "../optim/hostCopies.ts";
import type { GradientTerms } from "./gradientTerms.ts";
import type { TrainingState } from "./trainingState.ts";

export interface TeamSteps extends Pick<TeamAverages, "average"> {
  readonly every: number;
  /** After every averaging but the last one. `read` reads the state off the backend, and must be over before this is. */
  readonly averaged: (step: number, read: () => Promise<TrainingState>) => Promise<void>;
}

/** A step's loss (nats) and the tokens that all members have read for it. */
export interface TeamStep {
  readonly loss: number;
  readonly tokens: number;
}

interface OwnStep {
  readonly loss: tf.Scalar;
  readonly gradients: readonly tf.Tensor[];
  readonly units: number;
  readonly tokens: number;
}

/** The means in place of the gradients, which are disposed; the new ones belong to the caller. */
export async function averagedGradients(
  team: TeamSteps,
  step: number,
  { loss, gradients, units, tokens }: OwnStep,
): Promise<TeamStep & { readonly gradients: readonly tf.Tensor[] }> {
  const host = await Promise.all(
    [...gradients, loss].map(async (tensor) => ({ shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) })),
  );
  tf.dispose([...gradients, loss]);
  const mean = await team.average(step, { values: packed(host, [tokens / units]), weight: units });
  const { tensors, numbers } = unpacked(mean.values, host);
  const lost = tensors.at(-1)?.data[0] ?? Number.NaN;
  return {
    gradients: tensors.slice(0, -1).map(({ data, shape }) => tf.tensor(data, [...shape])),
    loss: lost,
    tokens: Math.round((numbers[0] ?? 0) * mean.weight),
  };
}

/** What a training has come to on one device since the last averaging. */
export interface OwnState {
  readonly variables: readonly tf.Variable[];
  readonly optimizer: AdamW;
  readonly terms: GradientTerms;
  readonly lossSum: number;
  /** Read since the last averaging. */
  readonly tokens: number;
  /** Learned from since then. */
  readonly units: number;
}

/** Puts the mean in the place of all that moves. Returns the sum of the losses, and the tokens that all have read since the last time. */
export async function averageState(team: TeamSteps, step: number, own: OwnState): Promise<{ lossSum: number; tokens: number }> {
  const { variables, optimizer, terms, units } = own;
  const [values, { steps, first, second }, gradients] = await Promise.all([
    toHost(variables),
    optimizer.exportState(),
    terms.exportSums(),
  ]);
  const parts = [...values, ...first, ...second, ...gradients.sums];
  const mean = await team.average(step, { values: packed(parts, [own.lossSum, own.tokens / units]), weight: units });
  const { tensors, numbers } = unpacked(mean.values, parts);
  const [afterValues, afterFirst] = [values.length, values.length + first.length];
  const afterSecond = afterFirst + second.length;
  assignHost(variables, tensors.slice(0, afterValues));
  optimizer.importState({ steps, first: tensors.slice(afterValues, afterFirst), second: tensors.slice(afterFirst, afterSecond) });
  terms.importSums({ steps: gradients.steps, sums: tensors.slice(afterSecond) });
  return { lossSum: numbers[0] ?? Number.NaN, tokens: Math.round((numbers[1] ?? 0) * mean.weight) };
}

function packed(tensors: readonly HostTensor[], numbers: readonly number[]): Contribution["values"] {
  const values = new Float32Array(tensors.reduce((sum, { data }) => sum + data.length, numbers.length));
  let at = 0;
  for (const { data } of tensors) {
    values.set(data, at);
    at += data.length;
  }
  values.set(numbers, at);
  return values;
}

/** @throws {RangeError} where it is of other sizes. */
function unpacked(values: Float32Array, like: readonly HostTensor[]) {
  let at = 0;
  const tensors = like.map(({ shape, data }): HostTensor => {
    at += data.length;
    if (at > values.length) throw new RangeError("The team's mean is of another adapter");
    return { shape, data: values.slice(at - data.length, at) };
  });
  return { tensors, numbers: [...values.subarray(at)] };
}
