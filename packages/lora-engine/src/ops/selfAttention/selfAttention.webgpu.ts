/**
 * selfAttention.ts on WebGPU without its score matrix (Dao et al. 2022, arXiv:2205.14135): a thread holds one query and walks over the
 * keys with a running softmax; the gradient makes the probabilities again from the logarithm of their sum. Two dispatches each way:
 * queries and keys turned, then attention; statistics, then the gradients of queries beside those of keys and values, turned back.
 */
import * as tf from "@tensorflow/tfjs";
import { compute, type Element } from "../webgpu/compute.ts";
import { JOB_THREADS, type Job, runJobs } from "../webgpu/jobs.ts";
import { elementGroups, type Lanes, laneCount, perElement } from "../webgpu/wgsl.ts";
import { rowLengths } from "./rowOffsets.ts";
import type { SelfAttentionKernel, SelfAttentionOptions } from "./selfAttentionKernel.ts";
import {
  forwardShader,
  keyGradientBody,
  queryGradientBody,
  type SelfAttentionShader,
  spanOf,
  statisticsShader,
} from "./selfAttentionShader.ts";

export const webgpuSelfAttention: SelfAttentionKernel = {
  forward(x, options) {
    const turned = options.table ? turn(x, options) : x;
    const { shader, key, lanes, sizes, numbers, spans } = common(x, options);
    const [tokens] = x.shape;
    const count = tokens * options.heads;
    const { out, logTotals } = compute({
      key: `self attention ${key}`,
      outputs: { out: [[tokens, options.heads * options.headWidth], lanes], logTotals: [[tokens, options.heads], "f32"] },
      inputs: { joint: [turned, lanes], ...spans },
      sizes: { count, ...sizes },
      numbers,
      workgroups: elementGroups(count),
      source: () => forwardShader(shader),
    });
    return { out: out as tf.Tensor2D, logTotals: logTotals as tf.Tensor2D, read: turned };
  },

  backward(dy, { x, out, logTotals }, options) {
    const { shader, key, lanes, sizes, numbers, spans } = common(x, options);
    const [queries, keys] = [options.heads, options.keyHeads].map((heads) => x.shape[0] * heads) as [number, number];
    const { statistics } = compute({
      key: `self attention statistics ${lanes} x ${shader.width}`,
      outputs: { statistics: [[queries, 2], "vec2f"] },
      inputs: { dy: [dy, lanes], attended: [out, lanes], logTotals: [logTotals, "f32"] },
      sizes: { count: queries },
      workgroups: elementGroups(queries),
      source: () => statisticsShader(shader),
    });
    const job = (of: "queries" | "keys", count: number, body: (shader: SelfAttentionShader) => string): Job => ({
      key: `self attention gradient of ${of} ${key}`,
      outputs: { dJoint: [x.shape, lanes] },
      inputs: { joint: [x, lanes], dy: [dy, lanes], statistics: [statistics, "vec2f"], ...spans, ...tableOf(options, lanes) },
      sizes: { ...sizes, [of]: count },
      numbers,
      groups: Math.ceil(count / JOB_THREADS),
      body: () => `
  let i = group * ${JOB_THREADS}u + lane;
  if (i >= u.${of}) { return; }
  ${body(shader)}`,
    });
    const { dJoint } = runJobs(job("queries", queries, queryGradientBody), job("keys", keys, keyGradientBody));
    return dJoint as tf.Tensor2D;
  },
};

/** Both halves of a vector are read alike. */
const lanesOf = ({ headWidth }: SelfAttentionOptions): Lanes => (headWidth % 8 === 0 ? "vec4f" : "f32");

type Buffers = Record<string, readonly [tf.Tensor, Element]>;

const tableOf = ({ table }: SelfAttentionOptions, lanes: Lanes): Buffers =>
  table ? { cosines: [table.cos, lanes], sines: [table.sin, lanes] } : {};

/** What all shaders share. */
function common(x: tf.Tensor2D, options: SelfAttentionOptions) {
  const { heads, keyHeads, headWidth, scale, causal, table, offsets } = options;
  const lanes = lanesOf(options);
  const lengths = rowLengths(offsets);
  const [length = 0] = lengths;
  const even = lengths.every((other) => other === length);
  const width = headWidth / laneCount(lanes);
  const shader: SelfAttentionShader = { lanes, width, causal, even, turned: table !== null };
  const spans: Buffers = even ? {} : { spans: [spansOf(x.shape[0], options), "vec2i"] };
  return {
    lanes,
    shader,
    spans,
    key: [lanes, "x", width, causal ? "causal" : "", even ? "even" : "", table ? "turned" : ""].join(" "),
    sizes: { heads, keyHeads, group: heads / keyHeads, length },
    numbers: { scale },
  };
}

/** [N, 2]: where each token's row begins and ends. */
function spansOf(tokens: number, { offsets }: SelfAttentionOptions): tf.Tensor {
  const spans = new Int32Array(2 * tokens);
  for (const [row, start] of offsets.slice(0, -1).entries()) {
    const end = offsets[row + 1] ?? tokens;
    for (let token = start; token < end; token++) spans.set([start, end], 2 * token);
  }
  return tf.tensor2d(spans, [tokens, 2], "int32");
}

/** A copy of x with queries and keys at their places in their rows. */
function turn(x: tf.Tensor2D, options: SelfAttentionOptions): tf.Tensor2D {
  const { heads, keyHeads, headWidth } = options;
  const { lanes, shader, sizes, spans } = common(x, options);
  const vectors = heads + 2 * keyHeads;
  const half = headWidth / 2 / laneCount(lanes);
  const count = x.shape[0] * vectors * half;
  const { turned } = compute({
    key: `self attention, turned ${lanes}${shader.even ? " even" : ""}`,
    outputs: { turned: [x.shape, lanes] },
    inputs: { joint: [x, lanes], ...spans, ...tableOf(options, lanes) },
    sizes: { count, half, vectors, turning: heads + keyHeads, ...sizes },
    workgroups: elementGroups(count),
    source: () =>
      perElement(`
  let vector = i / u.half;
  let j = i % u.half;
  let token = vector / u.vectors;
  ${spanOf(shader)}
  let low = vector * 2u * u.half + j;
  let high = low + u.half;
  let angle = (token - first) * 2u * u.half + j; // both halves of the table are the same
  let turns = vector % u.vectors < u.turning;
  let c = select(${lanes}(1.0), cosines[angle], turns);
  let s = select(${lanes}(0.0), sines[angle], turns);
  turned[low] = joint[low] * c - joint[high] * s;
  turned[high] = joint[high] * c + joint[low] * s;`),
  });
  return turned as tf.Tensor2D;
}
