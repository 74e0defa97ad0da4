/** A base with an adapter worked in, as safetensors in the base's own files: the same names, order and shards. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { narrowToHalves } from "../checkpoints/halfPrecision.ts";
import { CONFIG_FILE, INDEX_FILE, ModelFolderError, modelFormat, WEIGHTS_FILE } from "../checkpoints/modelFileList.ts";
import {
  isReadable,
  readSafetensorsHeader,
  type TensorRange,
  tensorOf,
  writeSafetensorsHeader,
} from "../checkpoints/safetensors.ts";
import { parseShardIndex } from "../checkpoints/shardIndex.ts";
import { sizeOf } from "../tensors/namedTensors.ts";
import { type WeightMerger, weightMerger } from "./mergedWeight.ts";
import { type BaseFiles, type StreamedFile, wholeFile } from "./streamedFile.ts";

/** How values are written: as the base has them, which rounds what the adapter changed, or all in 32 bits. */
export type Precision = "base" | "F32";

/**
 * The files of the merged model. Those beside the weights are the base's; config.json says the dtype where that changes. One file of the
 * base at a time is in memory, and one of its tensors in 32 bits.
 * @throws {ModelFolderError} for a base in another format; {SafetensorsError} for a damaged one.
 */
export async function mergedSafetensors(
  base: BaseFiles,
  update: PeftAdapter,
  precision: Precision,
): Promise<readonly StreamedFile[]> {
  const format = modelFormat(base.names);
  if (format.kind === "gguf") throw new ModelFolderError("This base is a GGUF file: it cannot be written as safetensors");
  const json = async (name: string) => JSON.parse(new TextDecoder().decode(await base.read(name)));
  const architecture = parseArchitecture(await json(CONFIG_FILE));
  const index = format.kind === "shards" ? await json(INDEX_FILE) : null;
  const weights = index ? parseShardIndex(index).files : [WEIGHTS_FILE];
  const plans: ShardPlan[] = [];
  for (const name of weights) plans.push(planOf(name, await base.read(name), precision));
  const merger = weightMerger(
    architecture,
    update,
    plans.flatMap(({ before }) => before.map(({ key }) => key)),
  );
  const files: StreamedFile[] = [];
  for (const name of base.names) {
    const plan = plans.find((other) => other.name === name);
    if (plan) files.push(mergedShard(base, plan, merger));
    else if (name === INDEX_FILE) files.push(wholeFile(name, indexText(index, plans)));
    else if (name === CONFIG_FILE && precision === "F32") files.push(wholeFile(name, asFloat32(await json(name))));
    else files.push(wholeFile(name, await base.read(name)));
  }
  return files;
}

/** Where the tensors of a file lie, in the base and when it is written. */
interface ShardPlan {
  readonly name: string;
  readonly dataStart: number;
  readonly before: readonly TensorRange[];
  readonly after: readonly TensorRange[];
  readonly header: Uint8Array<ArrayBuffer>;
}

function planOf(name: string, content: Uint8Array, precision: Precision): ShardPlan {
  const { ranges: before, dataStart, metadata } = readSafetensorsHeader(content, content.byteLength);
  let end = 0;
  const after = before.map((range): TensorRange => {
    const widened = precision === "F32" && isReadable(range.dtype);
    const begin = end;
    end += widened ? 4 * sizeOf(range.shape) : range.end - range.begin;
    return { ...range, dtype: widened ? "F32" : range.dtype, begin, end };
  });
  return { name, dataStart, before, after, header: writeSafetensorsHeader(after, metadata) };
}

function mergedShard(base: BaseFiles, { name, dataStart, before, after, header }: ShardPlan, merger: WeightMerger): StreamedFile {
  return {
    name,
    bytes: header.byteLength + (after.at(-1)?.end ?? 0),
    async *pieces() {
      yield header;
      const content = await base.read(name);
      for (const [index, range] of before.entries()) {
        const raw = content.slice(dataStart + range.begin, dataStart + range.end);
        yield mergedTensor(range, raw, (after[index] ?? range).dtype, merger);
      }
    },
  };
}

function mergedTensor(
  range: TensorRange,
  raw: Uint8Array<ArrayBuffer>,
  dtype: TensorRange["dtype"],
  merger: WeightMerger,
): Uint8Array<ArrayBuffer> {
  if (dtype === range.dtype && !merger.adapts(range.key)) return raw;
  const values = Float32Array.from(tensorOf(range, raw).data);
  merger.merge(range.key, values);
  if (dtype !== "F16" && dtype !== "BF16") return new Uint8Array(values.buffer);
  if (dtype === "F16" && values.some((value) => Math.abs(value) >= 65_520)) {
    throw new ModelFolderError(`${range.key} with the adapter worked in has values too large for F16; write it in 32 bits`);
  }
  return new Uint8Array(narrowToHalves(values, dtype).buffer);
}

function indexText(index: { readonly metadata?: object }, plans: readonly ShardPlan[]): string {
  const total_size = plans.reduce((sum, { after }) => sum + (after.at(-1)?.end ?? 0), 0);
  return `${JSON.stringify({ ...index, metadata: { ...index.metadata, total_size } }, null, 2)}\n`;
}

/** Under both names: transformers called it torch_dtype before its version 5. */
function asFloat32(config: object): string {
  return `${JSON.stringify({ ...config, ...("dtype" in config ? { dtype: "float32" } : { torch_dtype: "float32" }) }, null, 2)}\n`;
}
