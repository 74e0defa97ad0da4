/** A base with an adapter worked in, as safetensors in the base's own files: the same names, order and shards. */
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { narrowToHalves } from "../checkpoints/halfPrecision.ts";
import { CONFIG_FILE, INDEX_FILE } from "../checkpoints/modelFileList.ts";
import type { ConfigJson } from "../checkpoints/modelFolder.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import { isReadable, type TensorRange, writeSafetensorsHeader } from "../checkpoints/safetensors.ts";
import { sizeOf } from "../tensors/namedTensors.ts";
import type { WeightMerger } from "./mergedWeight.ts";
import { type BaseShard, mergedValues, openBase, rawTensor } from "./openedBase.ts";
import { type BaseFiles, readWhole, type StreamedFile, wholeFile } from "./streamedFile.ts";

/** How values are written: as the base has them, which rounds what the adapter changed, or all in 32 bits. */
export type Precision = "base" | "F32";

/**
 * The files of the merged model. Those beside the weights are the base's; config.json says the dtype where that changes. One tensor
 * at a time is in memory, and once more in 32 bits where it is adapted.
 * @throws {ModelFolderError} for a base in another format; {SafetensorsError} for a damaged one.
 */
export async function mergedSafetensors(
  base: BaseFiles,
  described: ConfigJson,
  update: PeftAdapter,
  precision: Precision,
): Promise<readonly StreamedFile[]> {
  const { config, index, shards, merger } = await openBase(base, described, update);
  const plans = shards.map((shard) => planOf(shard, precision));
  const files: StreamedFile[] = [];
  for (const name of base.names) {
    const plan = plans.find(({ shard }) => shard.name === name);
    if (plan) files.push(mergedShard(base, plan, merger));
    else if (name === INDEX_FILE) files.push(wholeFile(name, indexText(Object(index), plans)));
    else if (name === CONFIG_FILE && precision === "F32") files.push(wholeFile(name, asFloat32(config)));
    else files.push(wholeFile(name, await readWhole(base, name)));
  }
  return files;
}

/** Where the tensors of a file lie when it is written. */
interface ShardPlan {
  readonly shard: BaseShard;
  readonly after: readonly TensorRange[];
  readonly header: Uint8Array<ArrayBuffer>;
}

function planOf(shard: BaseShard, precision: Precision): ShardPlan {
  let end = 0;
  const after = shard.ranges.map((range): TensorRange => {
    const widened = precision === "F32" && isReadable(range.dtype);
    const begin = end;
    end += widened ? 4 * sizeOf(range.shape) : range.end - range.begin;
    return { ...range, dtype: widened ? "F32" : range.dtype, begin, end };
  });
  return { shard, after, header: writeSafetensorsHeader(after, shard.metadata) };
}

function mergedShard(base: BaseFiles, { shard, after, header }: ShardPlan, merger: WeightMerger): StreamedFile {
  return {
    name: shard.name,
    bytes: header.byteLength + (after.at(-1)?.end ?? 0),
    async *pieces() {
      yield header;
      const file = await base.open(shard.name);
      for (const [index, range] of shard.ranges.entries())
        yield mergedTensor(range, await rawTensor(file, shard, range), (after[index] ?? range).dtype, merger);
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
  const values = mergedValues(range, raw, merger);
  if (dtype !== "F16" && dtype !== "BF16") return new Uint8Array(values.buffer);
  if (dtype === "F16") assertFitsF16(range.key, values);
  return new Uint8Array(narrowToHalves(values, dtype).buffer);
}

/** @throws {ModelFolderError} where a value would become infinite. */
export function assertFitsF16(name: string, values: Float32Array): void {
  if (values.some((value) => Math.abs(value) >= 65_520)) throw new ModelFolderError(["tooLargeForF16", name]);
}

function indexText(index: { readonly metadata?: object }, plans: readonly ShardPlan[]): string {
  const total_size = plans.reduce((sum, { after }) => sum + (after.at(-1)?.end ?? 0), 0);
  return `${JSON.stringify({ ...index, metadata: { ...index.metadata, total_size } }, null, 2)}\n`;
}

/** Under both names: transformers called it torch_dtype before its version 5. */
function asFloat32(config: object): string {
  return `${JSON.stringify({ ...config, ...("dtype" in config ? { dtype: "float32" } : { torch_dtype: "float32" }) }, null, 2)}\n`;
}
