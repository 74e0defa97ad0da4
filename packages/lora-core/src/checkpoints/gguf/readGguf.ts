/** A GGUF file in memory: its metadata, and its tensors decoded one at a time as they are read. */
import type { HostTensor, NamedTensors } from "../../tensors/namedTensors.ts";
import { dequantize, halvesOf } from "./blockFormats.ts";
import { type GgufHeader, type GgufMetadata, readGgufHeader } from "./ggufHeader.ts";
import { locateTensors } from "./locateTensors.ts";

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
  const header = readGgufHeader(bytes);
  const { metadata, shapes, ropeFactors, dataStart } = header;
  return {
    metadata,
    shapes,
    ropeFactors,
    tensors: new Map(
      locateTensors(header, bytes.byteLength).map(({ info, format, size }): [string, HostTensor] => {
        const begin = dataStart + info.offset;
        const raw = bytes.subarray(begin, begin + size);
        return [
          info.name,
          {
            shape: info.shape,
            get data() {
              return dequantize(format, raw);
            },
            get halves() {
              return halvesOf(format, raw);
            },
          },
        ];
      }),
    ),
  };
}
