/** The forward passes of encoders as ONNX graphs. B texts padded to N tokens, D width, H heads; a mask [B, N] has 1 for every token that counts. */
import { BERT_TABLES, type BertConfig, bertLayer } from "../../architectures/bertConfig.ts";
import { type EncoderConfig, layerWidth } from "../../architectures/encoderConfig.ts";
import type { MergedTensors } from "../openedBase.ts";
import { transposed } from "../transposed.ts";
import { createOnnxGraph, type OnnxGraph, type Value } from "./onnxGraph.ts";

/** Less than any score; its exponential is 0 in 32 bits. */
const MASKED = -1e9;

interface Texts {
  readonly ids: Value;
  /** [B, N] of floats. */
  readonly mask: Value;
  /** [B, 1, 1, N], 0 or {@link MASKED}, added to scores. */
  readonly bias: Value;
  /** [1], N. */
  readonly length: Value;
}

/** Outputs last_hidden_state [B, N, D] and sentence_embedding [B, D], pooled as the base's files say, of length 1. */
export function bertGraph(config: BertConfig): OnnxGraph {
  const graph = createOnnxGraph();
  const { hiddenSize, layers, heads, layerNormEpsilon: epsilon } = config;
  const texts = textsOf(graph);
  const norm = (name: string, x: Value) => layerNorm(graph, name, x, hiddenSize, epsilon);
  const words = graph.node("Gather", [tableOf(graph, BERT_TABLES.words, config.vocabulary, hiddenSize), texts.ids]);
  let x = norm("embeddings.LayerNorm", graph.node("Add", [words, placesOf(graph, texts, placeTable(graph, config))]));
  for (let index = 0; index < layers; index++) {
    const layer = bertLayer(index);
    const linear = (name: string, input: Value, from: number, to: number) => linearOf(graph, `${layer}.${name}`, input, from, to);
    const [q, k, v] = ["query", "key", "value"].map((part) => linear(`attention.self.${part}`, x, hiddenSize, hiddenSize));
    const mixed = attention(graph, [q ?? x, k ?? x, v ?? x], texts, { heads, width: hiddenSize });
    const attended = linear("attention.output.dense", mixed, hiddenSize, hiddenSize);
    const middle = norm(`${layer}.attention.output.LayerNorm`, graph.node("Add", [x, attended]));
    const inner = gelu(graph, linear("intermediate.dense", middle, hiddenSize, config.intermediateSize));
    const changed = linear("output.dense", inner, config.intermediateSize, hiddenSize);
    x = norm(`${layer}.output.LayerNorm`, graph.node("Add", [middle, changed]));
  }
  graph.output("last_hidden_state", x, ["batch", "tokens", hiddenSize]);
  const first = () => graph.node("Gather", [x, graph.ints(0)], { axis: 1 });
  const pooled =
    config.pooling === "cls" ? graph.node("Reshape", [first(), graph.ints(-1, hiddenSize)]) : meanOf(graph, x, texts);
  graph.output("sentence_embedding", unit(graph, pooled), ["batch", hiddenSize]);
  return graph;
}

/** Output sentence_embedding [B, D], of length 1. */
export function useLiteGraph(config: EncoderConfig): OnnxGraph {
  const graph = createOnnxGraph();
  const { embeddingSize, hiddenSize, intermediateSize, heads, layerNormEpsilon: epsilon } = config;
  const texts = textsOf(graph);
  const words = graph.weight({
    name: "embeddings",
    shape: [config.vocabulary, embeddingSize],
    values: async (read) => (await read("embeddings.weight")).map((value) => 2 * value),
  });
  let x = graph.node("Add", [graph.node("Gather", [words, texts.ids]), placesOf(graph, texts, timingTable(graph, config))]);
  for (let index = 0; index < config.layers; index++) {
    const layer = `layers.${index}`;
    const width = layerWidth(config, index);
    const normed = layerNorm(graph, `${layer}.attention.norm`, x, width, epsilon);
    const joint = linearOf(graph, `${layer}.attention.qkv`, normed, width, 3 * width);
    const [q, k, v] = [0, 1, 2].map((part) =>
      graph.node("Slice", [joint, graph.ints(part * width), graph.ints((part + 1) * width), graph.ints(2)]),
    );
    const mixed = attention(graph, [q ?? x, k ?? x, v ?? x], texts, { heads, width });
    const attended = linearOf(graph, `${layer}.attention.output`, mixed, width, hiddenSize);
    const residual = width === hiddenSize ? x : linearOf(graph, `${layer}.residual`, x, width, hiddenSize);
    const middle = graph.node("Add", [residual, attended]);
    const inner = layerNorm(graph, `${layer}.mlp.norm`, middle, hiddenSize, epsilon);
    const hidden = graph.node("Relu", [linearOf(graph, `${layer}.mlp.up`, inner, hiddenSize, intermediateSize)]);
    x = graph.node("Add", [middle, linearOf(graph, `${layer}.mlp.down`, hidden, intermediateSize, hiddenSize)]);
  }
  const pooled = graph.node("Tanh", [linearOf(graph, "pooler", meanOf(graph, x, texts), hiddenSize, hiddenSize)]);
  graph.output("sentence_embedding", unit(graph, pooled), ["batch", hiddenSize]);
  return graph;
}

function textsOf(graph: OnnxGraph): Texts {
  const ids = graph.input("input_ids", "int64", ["batch", "tokens"]);
  const mask = graph.node("Cast", [graph.input("attention_mask", "int64", ["batch", "tokens"])], { to: 1 });
  const absent = graph.node("Sub", [graph.float(1), mask]);
  const bias = graph.node("Unsqueeze", [graph.node("Mul", [absent, graph.float(MASKED)]), graph.ints(1, 2)]);
  const length = graph.node("Gather", [graph.node("Shape", [ids]), graph.ints(1)]);
  return { ids, mask, bias, length };
}

function tableOf(graph: OnnxGraph, name: string, rows: number, width: number): Value {
  return graph.weight({ name, shape: [rows, width], values: (read) => read(`${name}.weight`) });
}

/** The first N rows of a table of places, [N, D]. */
function placesOf(graph: OnnxGraph, { length }: Texts, table: Value): Value {
  return graph.node("Slice", [table, graph.ints(0), length, graph.ints(0)]);
}

/** Learned positions from a text's first on, with the first token type, which all tokens of a text by itself have. */
function placeTable(graph: OnnxGraph, { positions, firstPosition, hiddenSize }: BertConfig): Value {
  const values = async (read: MergedTensors) => {
    const table = (await read(`${BERT_TABLES.positions}.weight`)).slice(firstPosition * hiddenSize);
    const types = await read(`${BERT_TABLES.types}.weight`);
    return table.map((value, at) => value + (types[at % hiddenSize] ?? 0));
  };
  return graph.weight({ name: "places", shape: [positions - firstPosition, hiddenSize], values });
}

/** Sines, then cosines, of a place times the base's own frequencies. */
function timingTable(graph: OnnxGraph, { maxTokens, embeddingSize }: EncoderConfig): Value {
  const values = async (read: MergedTensors) => {
    const frequencies = await read("position.frequencies");
    const half = frequencies.length;
    return Float32Array.from({ length: maxTokens * embeddingSize }, (_, at) => {
      const [place, column] = [Math.floor(at / embeddingSize), at % embeddingSize];
      const angle = Math.fround(place * (frequencies[column % half] ?? 0));
      return column < half ? Math.sin(angle) : Math.cos(angle);
    });
  };
  return graph.weight({ name: "places", shape: [maxTokens, embeddingSize], values });
}

/** x W^T + b with W [out, in], which lies turned round. */
function linearOf(graph: OnnxGraph, name: string, x: Value, from: number, to: number): Value {
  const weight = graph.weight({
    name: `${name}.weight`,
    shape: [from, to],
    values: async (read) => transposed({ shape: [to, from], data: await read(`${name}.weight`) }),
  });
  const bias = graph.weight({ name: `${name}.bias`, shape: [to], values: (read) => read(`${name}.bias`) });
  return graph.node("Add", [graph.node("MatMul", [x, weight]), bias]);
}

function layerNorm(graph: OnnxGraph, name: string, x: Value, width: number, epsilon: number): Value {
  const [scale, shift] = ["weight", "bias"].map((part) =>
    graph.weight({ name: `${name}.${part}`, shape: [width], values: (read) => read(`${name}.${part}`) }),
  );
  return graph.node("LayerNormalization", [x, scale ?? "", shift ?? ""], { axis: -1, epsilon: { float: epsilon } });
}

/** q, k and v [B, N, D] to what every token takes of the others, [B, N, D]. */
function attention(
  graph: OnnxGraph,
  [q, k, v]: readonly [Value, Value, Value],
  { bias }: Texts,
  { heads, width }: { readonly heads: number; readonly width: number },
): Value {
  const headWidth = width / heads;
  const shape = graph.ints(0, 0, heads, headWidth);
  const apart = (x: Value, ...perm: readonly number[]) => graph.node("Transpose", [graph.node("Reshape", [x, shape])], { perm });
  const products = graph.node("MatMul", [apart(q, 0, 2, 1, 3), apart(k, 0, 2, 3, 1)]);
  const scores = graph.node("Add", [graph.node("Mul", [products, graph.float(1 / Math.sqrt(headWidth))]), bias]);
  const mixed = graph.node("MatMul", [graph.node("Softmax", [scores], { axis: -1 }), apart(v, 0, 2, 1, 3)]);
  return graph.node("Reshape", [graph.node("Transpose", [mixed], { perm: [0, 2, 1, 3] }), graph.ints(0, 0, width)]);
}

/** x (1 + erf(x / sqrt 2)) / 2 */
function gelu(graph: OnnxGraph, x: Value): Value {
  const share = graph.node("Erf", [graph.node("Mul", [x, graph.float(Math.SQRT1_2)])]);
  const half = graph.node("Mul", [x, graph.float(0.5)]);
  return graph.node("Mul", [half, graph.node("Add", [share, graph.float(1)])]);
}

/** The mean over a text's tokens, [B, N, D] to [B, D]. */
function meanOf(graph: OnnxGraph, x: Value, { mask }: Texts): Value {
  const counted = graph.node("Mul", [x, graph.node("Unsqueeze", [mask, graph.ints(2)])]);
  const sum = graph.node("ReduceSum", [counted, graph.ints(1)], { keepdims: 0 });
  return graph.node("Div", [sum, graph.node("ReduceSum", [mask, graph.ints(1)], { keepdims: 1 })]);
}

/** Rows at length 1. */
function unit(graph: OnnxGraph, x: Value): Value {
  return graph.node("Div", [x, graph.node("ReduceL2", [x], { axes: [1], keepdims: 1 })]);
}
