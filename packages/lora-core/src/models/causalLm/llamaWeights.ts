/** The frozen weights of a Llama checkpoint on the backend, linear layers in both layouts. */
import * as tf from "@tensorflow/tfjs";
import { type LlamaConfig, llamaHasBias, llamaLinears } from "../../architectures/llamaConfig.ts";
import { disposeFrozenLinear, type FrozenLinear, frozenLinear } from "../../ops/frozenLinear.ts";
import type { NamedTensors } from "../../tensors/namedTensors.ts";

export interface LlamaWeights {
  readonly config: LlamaConfig;
  /** [V, D] */
  readonly embedding: tf.Tensor2D;
  /** By module name, as in `llamaLinears`. */
  readonly linears: ReadonlyMap<string, FrozenLinear>;
  /** By checkpoint name, [D]. */
  readonly norms: ReadonlyMap<string, tf.Tensor1D>;
  /** V x D output head; a tied one shares `embedding` as its backward layout. */
  readonly head: FrozenLinear;
}

/** Copies the checkpoint to the backend. The caller frees it with {@link disposeLlamaWeights}. @throws {RangeError} on a missing or misshapen tensor. */
export function loadLlamaWeights(config: LlamaConfig, checkpoint: NamedTensors): LlamaWeights {
  const vector = (name: string, size: number) => tf.tensor1d(tensorOf(checkpoint, name, [size]));
  const matrix = (name: string, shape: [number, number]) => tf.tensor2d(tensorOf(checkpoint, name, shape), shape);
  const embeddingShape: [number, number] = [config.vocabSize, config.hiddenSize];
  const embedding = matrix("model.embed_tokens.weight", embeddingShape);
  const linears = llamaLinears(config).map(({ name, inFeatures, outFeatures }): [string, FrozenLinear] => {
    const bias = llamaHasBias(config, name) ? vector(`${name}.bias`, outFeatures) : null;
    return [name, frozenLinear(matrix(`${name}.weight`, [outFeatures, inFeatures]), bias)];
  });
  const norms = normNames(config).map((name): [string, tf.Tensor1D] => [name, vector(`${name}.weight`, config.hiddenSize)]);
  const head = frozenLinear(config.tiedHead ? embedding : matrix("lm_head.weight", embeddingShape), null);
  return { config, embedding, linears: new Map(linears), norms: new Map(norms), head };
}

/** Frees every tensor of {@link loadLlamaWeights}. */
export function disposeLlamaWeights({ embedding, linears, norms, head }: LlamaWeights): void {
  for (const linear of linears.values()) disposeFrozenLinear(linear);
  tf.dispose([...norms.values(), head.forward]);
  if (head.backward !== embedding) head.backward.dispose();
  embedding.dispose();
}

function normNames(config: LlamaConfig): readonly string[] {
  const perLayer = Array.from({ length: config.layers }, (_, layer) => [
    `model.layers.${layer}.input_layernorm`,
    `model.layers.${layer}.post_attention_layernorm`,
  ]);
  return [...perLayer.flat(), "model.norm"];
}

function tensorOf(checkpoint: NamedTensors, name: string, shape: readonly number[]): Float32Array {
  const tensor = checkpoint.get(name);
  if (!tensor) throw new RangeError(`The checkpoint has no tensor ${name}`);
  if (tensor.shape.join() !== shape.join()) {
    throw new RangeError(`The checkpoint's ${name} has shape [${tensor.shape}], config.json says [${shape}]`);
  }
  return tensor.data;
}
