/** Writes a GGUF file, version 3, little-endian: metadata, where the tensors lie, and tensors of 32-bit floats. */
import { type NamedTensors, sizeOf } from "../../tensors/namedTensors.ts";

/** A number is written as float32, a bigint as uint32. */
export type WrittenMetadata = ReadonlyMap<string, string | number | bigint>;

const MAGIC = 0x46554747; // "GGUF"
const VERSION = 3;
const ALIGNMENT = 32;
const [UINT32, FLOAT32, TEXT] = [4, 6, 8] as const;
/** Number of the ggml type. */
const F32 = 0;

/** Tensors in their order, each from a multiple of 32 bytes on. @throws {RangeError} when a tensor's data does not fill its shape. */
export function writeGguf(metadata: WrittenMetadata, tensors: NamedTensors): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [uint32(MAGIC), uint32(VERSION), uint64(tensors.size), uint64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), ...typedValue(value));
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (data.length !== sizeOf(shape)) throw new RangeError(`writeGguf: ${name} has ${data.length} values for shape [${shape}]`);
    // The fastest extent comes first.
    parts.push(text(name), uint32(shape.length), ...shape.toReversed().map(uint64), uint32(F32), uint64(offset));
    offset += aligned(data.byteLength);
  }
  const header = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const file = new Uint8Array(aligned(header) + offset);
  let at = 0;
  const append = (bytes: Uint8Array) => {
    file.set(bytes, at);
    at += bytes.byteLength;
  };
  for (const part of parts) append(part);
  for (const { data } of tensors.values()) {
    at = aligned(at);
    append(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return file;
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function typedValue(value: string | number | bigint): readonly Uint8Array<ArrayBuffer>[] {
  if (typeof value === "string") return [uint32(TEXT), text(value)];
  if (typeof value === "bigint") return [uint32(UINT32), uint32(Number(value))];
  return [uint32(FLOAT32), new Uint8Array(Float32Array.of(value).buffer)];
}

const uint32 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(Uint32Array.of(value).buffer);
const uint64 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);

function text(value: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(value);
  const out = new Uint8Array(8 + bytes.byteLength);
  out.set(uint64(bytes.byteLength));
  out.set(bytes, 8);
  return out;
}
