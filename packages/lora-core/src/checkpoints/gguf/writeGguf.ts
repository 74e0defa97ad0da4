/** Writes a GGUF file, version 3, little-endian: metadata, where the tensors lie, then their data. */
import { type NamedTensors, sizeOf } from "../../tensors/namedTensors.ts";

/** A number is written as float32, a bigint as uint32, a list of numbers as int32. */
export type WrittenValue = string | number | bigint | boolean | readonly string[] | Int32Array;
export type WrittenMetadata = ReadonlyMap<string, WrittenValue>;

/** A tensor before its data is there. */
export interface GgufTensorPlan {
  readonly name: string;
  /** Row-major. */
  readonly shape: readonly number[];
  /** Number of the ggml type, see blockFormats.ts. */
  readonly type: number;
  readonly bytes: number;
}

const MAGIC = 0x46554747; // "GGUF"
const VERSION = 3;
const ALIGNMENT = 32;
const [UINT32, INT32, FLOAT32, BOOL, TEXT, ARRAY] = [4, 5, 6, 7, 8, 9] as const;
/** Number of the ggml type. */
const F32 = 0;

/** Everything before the first tensor's data. Tensors follow in this order, each filled up with zeros to {@link ggufAligned} bytes. */
export function writeGgufHeader(metadata: WrittenMetadata, tensors: readonly GgufTensorPlan[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [uint32(MAGIC), uint32(VERSION), uint64(tensors.length), uint64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), ...typedValue(value));
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    // The fastest extent comes first.
    parts.push(text(name), uint32(shape.length), ...shape.toReversed().map(uint64), uint32(type), uint64(offset));
    offset += ggufAligned(bytes);
  }
  return joined(parts, ggufAligned);
}

/** A file of 32-bit floats. @throws {RangeError} when a tensor's data does not fill its shape. */
export function writeGguf(metadata: WrittenMetadata, tensors: NamedTensors): Uint8Array<ArrayBuffer> {
  const plans = [...tensors].map(([name, { shape, data }]): GgufTensorPlan => {
    if (data.length !== sizeOf(shape)) throw new RangeError(`writeGguf: ${name} has ${data.length} values for shape [${shape}]`);
    return { name, shape, type: F32, bytes: data.byteLength };
  });
  const data = [...tensors.values()].map(({ data: values }) => {
    const padded = new Uint8Array(ggufAligned(values.byteLength));
    padded.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return padded;
  });
  return joined([writeGgufHeader(metadata, plans), ...data]);
}

/** Bytes that a tensor takes with what fills it up. */
export const ggufAligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function typedValue(value: WrittenValue): readonly Uint8Array<ArrayBuffer>[] {
  if (typeof value === "string") return [uint32(TEXT), text(value)];
  if (typeof value === "bigint") return [uint32(UINT32), uint32(Number(value))];
  if (typeof value === "boolean") return [uint32(BOOL), Uint8Array.of(value ? 1 : 0)];
  if (typeof value === "number") return [uint32(FLOAT32), new Uint8Array(Float32Array.of(value).buffer)];
  const list = (type: number, items: readonly Uint8Array<ArrayBuffer>[], length: number) => [
    uint32(ARRAY),
    uint32(type),
    uint64(length),
    ...items,
  ];
  if (value instanceof Int32Array) return list(INT32, [new Uint8Array(new Int32Array(value).buffer)], value.length);
  return list(TEXT, value.map(text), value.length);
}

const uint32 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(Uint32Array.of(value).buffer);
const uint64 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);

function text(value: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(value);
  return joined([uint64(bytes.byteLength), bytes]);
}

function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
  sizeOfAll: (bytes: number) => number = (bytes) => bytes,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(sizeOfAll(parts.reduce((sum, { byteLength }) => sum + byteLength, 0)));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}
