/** A GGUF file in memory: its metadata, and its tensors decoded one at a time as they are read. */
import { type HostTensor, type NamedTensors, sizeOf } from "../../tensors/namedTensors.ts";
import { type BlockFormat, blockFormats, dequantize } from "./blockFormats.ts";
import { GgufError } from "./ggufError.ts";
import { type GgufHeader, type GgufMetadata, type GgufTensorInfo, readGgufHeader } from "./ggufHeader.ts";

export interface GgufFile {
  readonly metadata: GgufMetadata;
  /** Of the tensors, by name. */
  readonly shapes: GgufHeader["shapes"];
  readonly ropeFactors: GgufHeader["ropeFactors"];
  /**
   * By their names in the file. `data` of a tensor is dequantised anew at every access and not kept, so that only one
   * tensor at a time takes four bytes a value: read it once. The file's bytes stay referenced and must not change.
   */
  readonly tensors: NamedTensors;
}

/** @throws {GgufError} on any fault of the header, an unsupported tensor type, or tensors that do not lie in the file. */
export function readGguf(file: ArrayBuffer | Uint8Array): GgufFile {
  const bytes = file instanceof Uint8Array ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength) : new Uint8Array(file);
  const { metadata, tensors, shapes, ropeFactors, dataStart, alignment } = readGgufHeader(bytes);
  const located = tensors.map((info) => locate(info, alignment)).sort((x, y) => x.info.offset - y.info.offset);
  let end = 0;
  for (const { info, size } of located) {
    if (info.offset < end) throw new GgufError(`${info.name} overlaps the tensor before it`);
    end = info.offset + size;
    if (dataStart + end > bytes.byteLength) throw new GgufError(`it ends before the data of ${info.name} does`);
  }
  return {
    metadata,
    shapes,
    ropeFactors,
    tensors: new Map(
      located.map(({ info, format, size }): [string, HostTensor] => {
        const begin = dataStart + info.offset;
        const raw = bytes.subarray(begin, begin + size);
        return [
          info.name,
          {
            shape: info.shape,
            get data() {
              return dequantize(format, raw);
            },
          },
        ];
      }),
    ),
  };
}

function locate(info: GgufTensorInfo, alignment: number): { info: GgufTensorInfo; format: BlockFormat; size: number } {
  const format = blockFormats.get(info.type);
  if (!format) throw new GgufError(`${info.name} is stored as ggml type ${info.type}, which is not supported`);
  if ((info.shape.at(-1) ?? 1) % format.values !== 0) {
    throw new GgufError(`${info.name} [${info.shape}] is not made of whole ${format.name} blocks`);
  }
  if (info.offset % alignment !== 0)
    throw new GgufError(`${info.name} starts at byte ${info.offset}, not at a multiple of ${alignment}`);
  const size = (sizeOf(info.shape) / format.values) * format.blockBytes;
  if (!Number.isSafeInteger(size)) throw new GgufError(`${info.name} has the shape [${info.shape}]`);
  return { info, format, size };
}
