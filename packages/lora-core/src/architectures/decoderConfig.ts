/**
 * What one decoder-only transformer is: the plain description that a family's config.json is read into, and that the one forward
 * pass in models/causalLm follows. Pre-norm residual layers: x + attention(norm x), then x + feedForward(norm x).
 */
import type { LinearModule } from "../adapters/adapterConfig.ts";

export interface DecoderConfig {
  readonly vocabSize: number;
  /** D */
  readonly hiddenSize: number;
  /** F, inner width of the feed-forward layer. */
  readonly intermediateSize: number;
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** Hkv, divides H. */
  readonly keyValueHeads: number;
  /** Dh */
  readonly headWidth: number;
  /** Tokens a text may have. */
  readonly maxPositions: number;
  /** Root-mean-square norm has a scale, layer norm a scale and a shift. */
  readonly norm: "rms" | "layer";
  readonly normEps: number;
  /**
   * How a token knows its place: by turning queries and keys, whose pair j turns by position * frequencies[j] (Dh / 2 of them, even
   * Dh), or null for a learned table that is added to the embeddings.
   */
  readonly rotaryFrequencies: readonly number[] | null;
  readonly biases: { readonly queryKeyValue: boolean; readonly attentionOutput: boolean; readonly feedForward: boolean };
  /** The output head shares the embedding's weight. */
  readonly tiedHead: boolean;
  /** Linear weights lie in the checkpoint as [in, out] (GPT-2's Conv1D) instead of [out, in]. */
  readonly weightsInOut: boolean;
  readonly names: DecoderNames;
  readonly bosToken: number | null;
  /** Each ends a generated text, and the first one the answers that are trained on; at least one. */
  readonly eosTokens: readonly number[];
}

/** Modules by their names in the checkpoint; those of a layer are relative to `<layers>.<index>`. */
export interface DecoderNames {
  readonly embedding: string;
  /** Learned positions [maxPositions, D]; null with rotary ones. */
  readonly positions: string | null;
  readonly layers: string;
  readonly attentionNorm: string;
  /** One module each, or one for all three side by side. */
  readonly queryKeyValue: { readonly q: string; readonly k: string; readonly v: string } | { readonly joint: string };
  /** Root-mean-square norms of every head of q and k before they are turned; null where there are none. */
  readonly queryKeyNorm: { readonly q: string; readonly k: string } | null;
  readonly attentionOutput: string;
  readonly feedForwardNorm: string;
  /** silu(gate x) * (up x), or gelu(up x) where there is no gate. */
  readonly gate: string | null;
  readonly up: string;
  readonly down: string;
  readonly finalNorm: string;
  readonly head: string;
}

export interface DecoderLinear extends LinearModule {
  readonly hasBias: boolean;
}

/** A norm by its name in the checkpoint; queries and keys are normed per head, by a scale alone. */
export interface DecoderNorm {
  readonly name: string;
  readonly width: number;
}

/** The linear modules in the order of the forward pass. */
export function decoderLinears(config: DecoderConfig): readonly DecoderLinear[] {
  const { hiddenSize, intermediateSize, names, biases } = config;
  const queryWidth = config.heads * config.headWidth;
  const keyWidth = config.keyValueHeads * config.headWidth;
  const projection = (name: string, outFeatures: number) => ({
    name,
    inFeatures: hiddenSize,
    outFeatures,
    hasBias: biases.queryKeyValue,
  });
  const { queryKeyValue: qkv } = names;
  const projections =
    "joint" in qkv
      ? [projection(qkv.joint, queryWidth + 2 * keyWidth)]
      : [projection(qkv.q, queryWidth), projection(qkv.k, keyWidth), projection(qkv.v, keyWidth)];
  const hasBias = biases.feedForward;
  const inward = [names.gate, names.up].filter((name) => name !== null);
  const layer: readonly DecoderLinear[] = [
    ...projections,
    { name: names.attentionOutput, inFeatures: queryWidth, outFeatures: hiddenSize, hasBias: biases.attentionOutput },
    ...inward.map((name) => ({ name, inFeatures: hiddenSize, outFeatures: intermediateSize, hasBias })),
    { name: names.down, inFeatures: intermediateSize, outFeatures: hiddenSize, hasBias },
  ];
  return layerIndices(config).flatMap((index) =>
    layer.map((linear) => ({ ...linear, name: `${layerName(config, index)}.${linear.name}` })),
  );
}

/** Every norm, in the order of the forward pass. */
export function decoderNorms(config: DecoderConfig): readonly DecoderNorm[] {
  const { names, hiddenSize, headWidth } = config;
  const perHead = names.queryKeyNorm ? [names.queryKeyNorm.q, names.queryKeyNorm.k] : [];
  const layer = [
    { name: names.attentionNorm, width: hiddenSize },
    ...perHead.map((name) => ({ name, width: headWidth })),
    { name: names.feedForwardNorm, width: hiddenSize },
  ];
  const layers = layerIndices(config).flatMap((index) =>
    layer.map(({ name, width }) => ({ name: `${layerName(config, index)}.${name}`, width })),
  );
  return [...layers, { name: names.finalNorm, width: hiddenSize }];
}

/** Parameters of the frozen base; a tied head counts once. */
export function decoderParameters(config: DecoderConfig): number {
  const linears = decoderLinears(config).map(
    ({ inFeatures, outFeatures, hasBias }) => outFeatures * (inFeatures + (hasBias ? 1 : 0)),
  );
  const norms = decoderNorms(config).map(({ width }) => width * (config.norm === "layer" ? 2 : 1));
  const embeddings = config.vocabSize * config.hiddenSize * (config.tiedHead ? 1 : 2);
  const positions = config.names.positions ? config.maxPositions * config.hiddenSize : 0;
  return [...linears, ...norms, positions].reduce((sum, count) => sum + count, embeddings);
}

/** Name of layer `index`, which the names of its modules follow after a dot. */
export function layerName({ names }: DecoderConfig, index: number): string {
  return `${names.layers}.${index}`;
}

function layerIndices({ layers }: DecoderConfig): readonly number[] {
  return Array.from({ length: layers }, (_, index) => index);
}
