/** Where the tensors of a GGUF file lie in it, from its header alone. */
import type { Told } from "../../sayings/saying.ts";
import { sizeOf } from "../../tensors/namedTensors.ts";
import { type BlockFormat, blockFormats, unsupportedFormat } from "./blockFormats.ts";
import { GgufError, mergeAdvice } from "./ggufError.ts";
import type { GgufHeader, GgufTensorInfo } from "./ggufHeader.ts";

export interface LocatedTensor {
  readonly info: GgufTensorInfo;
  readonly format: BlockFormat;
  /** Bytes. */
  readonly size: number;
}

/**
 * In the order of their data, in a file of `fileBytes` bytes.
 * @throws {GgufError} for a part of a split file, a format that is not supported, or tensors that overlap or lie outside of the file.
 */
export function locateTensors(
  { metadata, tensors, dataStart, alignment }: GgufHeader,
  fileBytes: number,
): readonly LocatedTensor[] {
  const parts = Number(metadata.get("split.count") ?? 1);
  if (parts > 1) throw new GgufError(["onePart", parts, mergeAdvice("FIRST-PART.gguf", "MERGED.gguf") as Told]);
  const located = tensors.map((info) => locate(info, alignment)).sort((x, y) => x.info.offset - y.info.offset);
  let end = 0;
  for (const { info, size } of located) {
    if (info.offset < end) throw new GgufError(["overlaps", info.name]);
    end = info.offset + size;
    if (dataStart + end > fileBytes) throw new GgufError(["endsBefore", info.name]);
  }
  return located;
}

function locate(info: GgufTensorInfo, alignment: number): LocatedTensor {
  const format = blockFormats.get(info.type);
  if (!format) throw new GgufError(unsupportedFormat(info.name, info.type));
  if ((info.shape.at(-1) ?? 1) % format.values !== 0) {
    throw new GgufError(["noWholeBlocks", info.name, String(info.shape), format.name]);
  }
  if (info.offset % alignment !== 0) throw new GgufError(["notAligned", info.name, info.offset, alignment]);
  const size = (sizeOf(info.shape) / format.values) * format.blockBytes;
  if (!Number.isSafeInteger(size)) throw new GgufError(["impossibleShape", info.name, String(info.shape)]);
  return { info, format, size };
}
