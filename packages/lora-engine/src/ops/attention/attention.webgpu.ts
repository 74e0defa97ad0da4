/**
 * attention.ts on WebGPU without its score matrix (Dao et al. 2022, arXiv:2205.14135): a thread holds one query and walks over
 * the keys with a running softmax; the gradient makes the probabilities again from the saved logarithm of their sum.
 */
import type * as tf from "@tensorflow/tfjs";
import { compute, type Element } from "../webgpu/compute.ts";
import { elementGroups, laneCount, lanesOf } from "../webgpu/wgsl.ts";
import type { AttentionInputs, AttentionKernel, AttentionOptions } from "./attentionKernel.ts";
import { forwardShader, keyGradientShader, queryGradientShader, statisticsShader } from "./attentionShader.ts";

export const webgpuAttention: AttentionKernel = {
  forward(inputs, options) {
    const { q } = inputs;
    const [batch, heads, queries] = q.shape;
    const shared = common(inputs, options);
    const { out, logTotals } = compute({
      key: `attention ${shared.key}`,
      outputs: { out: [q.shape, shared.lanes], logTotals: [[batch, heads, queries], "f32"] },
      inputs: shared.inputs,
      sizes: { count: batch * heads * queries, ...shared.sizes },
      numbers: shared.numbers,
      workgroups: elementGroups(batch * heads * queries),
      source: () => forwardShader(shared.shader),
    });
    return { out: out.as4D(...q.shape), logTotals: logTotals.as3D(batch, heads, queries) };
  },

  /** Gradients of q, k and v. */
  backward(dy, inputs, { out, logTotals }, options) {
    const { q, k } = inputs;
    const [batch, heads, queries] = q.shape;
    const shared = common(inputs, options);
    const { lanes, numbers } = shared;
    const perQuery = batch * heads * queries;
    const perKey = k.shape[0] * k.shape[1] * k.shape[2];
    const { statistics } = compute({
      key: `attention statistics ${shared.key}`,
      outputs: { statistics: [[batch, heads, queries, 2], "vec2f"] },
      inputs: { dy: [dy, lanes], attended: [out, lanes], logTotals: [logTotals, "f32"] },
      sizes: { count: perQuery },
      workgroups: elementGroups(perQuery),
      source: () => statisticsShader(shared.shader),
    });
    const upstream = { dy: [dy, lanes], statistics: [statistics, "vec2f"] } as const;
    const { dq } = compute({
      key: `attention gradient of queries ${shared.key}`,
      outputs: { dq: [q.shape, lanes] },
      inputs: { ...shared.inputs, ...upstream },
      sizes: { count: perQuery, ...shared.sizes },
      numbers,
      workgroups: elementGroups(perQuery),
      source: () => queryGradientShader(shared.shader),
    });
    const { dk, dv } = compute({
      key: `attention gradient of keys ${shared.key}`,
      outputs: { dk: [k.shape, lanes], dv: [k.shape, lanes] },
      inputs: { ...shared.inputs, ...upstream },
      sizes: { count: perKey, ...shared.sizes },
      numbers,
      workgroups: elementGroups(perKey),
      source: () => keyGradientShader(shared.shader),
    });
    return [dq.as4D(...q.shape), dk.as4D(...k.shape), dv.as4D(...k.shape)];
  },
};

/** What all four shaders share. */
function common({ q, k, v }: AttentionInputs, { scale, bias }: AttentionOptions) {
  const [, heads, queries, width] = q.shape;
  const [, keyHeads, keys] = k.shape;
  const lanes = lanesOf(width);
  const inputs: Record<string, readonly [tf.Tensor, Element]> = { q: [q, lanes], k: [k, lanes], v: [v, lanes] };
  if (bias) inputs.bias = [bias, "f32"];
  // Steps in the bias per batch row, head, query and key: 0 along an axis that it is the same for.
  const [biasRow, biasHead, biasQuery, biasKey] = bias ? strides(bias) : [0, 0, 0, 0];
  return {
    key: `${lanes} x ${width / laneCount(lanes)}${bias ? " biased" : ""}`,
    lanes,
    inputs,
    sizes: { heads, group: heads / keyHeads, queries, keys, biasRow, biasHead, biasQuery, biasKey },
    numbers: { scale },
    shader: { lanes, width: width / laneCount(lanes), biased: bias !== null },
  };
}

function strides({ shape }: tf.Tensor4D): [number, number, number, number] {
  const [rows, heads, queries, keys] = shape;
  const step = (extent: number, size: number) => (extent === 1 ? 0 : size);
  return [step(rows, heads * queries * keys), step(heads, queries * keys), step(queries, keys), step(keys, 1)];
}
