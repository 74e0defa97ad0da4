/**
 * What the first adapted module of use-lite reads: one vector for every piece of the vocabulary at every position, x = g (2 e + t - m) / s + b, before
 * any attention has mixed them. An attacker has all of it, since the base is public.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseEncoderConfig } from "@duet/lora-core/architectures/encoderConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";

/** Whose input it is. */
export const FIRST_MODULE = "layers.0.attention.qkv";
const NORM = "layers.0.attention.norm";

export interface FirstInputs {
  readonly pieces: number;
  readonly positions: number;
  readonly width: number;
  /** Of one piece at one position. */
  vector(piece: number, position: number): Float64Array;
  /** Squared length of what these rows (orthonormal, or any) make of each, by piece and then position. */
  energies(rows: readonly Float64Array[]): Float64Array;
  /** Squared lengths. */
  readonly lengths: Float64Array;
}

/** Of the base in this folder, for so many positions. @throws when it is not use-lite. */
export async function firstInputs(folder: string, positions: number): Promise<FirstInputs> {
  const files = await readModelFiles(readdirSync(folder), async (name) => readFileSync(`${folder}/${name}`));
  const config = parseEncoderConfig(files.config);
  const { vocabulary: pieces, embeddingSize: width } = config;
  const embeddings = dataOf(files.weights, "embeddings.weight");
  const gain = dataOf(files.weights, `${NORM}.weight`);
  const shift = dataOf(files.weights, `${NORM}.bias`);
  const timing = timings(dataOf(files.weights, "position.frequencies"), positions);
  const raw = (piece: number, position: number) =>
    Float64Array.from({ length: width }, (_, i) => 2 * (embeddings[piece * width + i] ?? 0) + (timing[position]?.[i] ?? 0));

  const means = new Float64Array(pieces * positions);
  const deviations = new Float64Array(pieces * positions);
  for (let at = 0; at < means.length; at++) {
    const values = raw(Math.floor(at / positions), at % positions);
    const mean = values.reduce((sum, value) => sum + value, 0) / width;
    means[at] = mean;
    deviations[at] = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + config.layerNormEpsilon);
  }

  /** Each row's product with every vector: linear in piece and position but for the two numbers of the norm. */
  function energies(rows: readonly Float64Array[]): Float64Array {
    const found = new Float64Array(pieces * positions);
    for (const row of rows) {
      const scaled = row.map((value, i) => value * (gain[i] ?? 0));
      const total = scaled.reduce((sum, value) => sum + value, 0);
      const constant = dot(row, shift);
      const ofPosition = timing.map((values) => dot(scaled, values));
      for (let piece = 0; piece < pieces; piece++) {
        let product = 0;
        for (let i = 0; i < width; i++) product += (scaled[i] as number) * (embeddings[piece * width + i] as number);
        for (let position = 0, at = piece * positions; position < positions; position++, at++) {
          const centred = 2 * product + (ofPosition[position] as number) - total * (means[at] as number);
          found[at] = (found[at] as number) + (centred / (deviations[at] as number) + constant) ** 2;
        }
      }
    }
    return found;
  }

  const vector = (piece: number, position: number) => {
    const at = piece * positions + position;
    const [mean = 0, deviation = 1] = [means[at], deviations[at]];
    return raw(piece, position).map((value, i) => ((gain[i] ?? 0) * (value - mean)) / deviation + (shift[i] ?? 0));
  };
  const lengths = Float64Array.from({ length: pieces * positions }, (_, at) => {
    const values = vector(Math.floor(at / positions), at % positions);
    return dot(values, values);
  });
  return { pieces, positions, width, vector, energies, lengths };
}

/** Sines, then cosines, as the encoder adds them. */
function timings(frequencies: Float32Array, positions: number): readonly Float64Array[] {
  return Array.from({ length: positions }, (_, position) => {
    const angles = Array.from(frequencies, (frequency) => Math.fround(position * frequency));
    return Float64Array.from([...angles.map(Math.sin), ...angles.map(Math.cos)]);
  });
}

function dataOf(weights: NamedTensors, name: string): Float32Array {
  const tensor = weights.get(name);
  if (!tensor) throw new RangeError(`The base has no ${name}: the attack knows use-lite alone`);
  return tensor.data;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
