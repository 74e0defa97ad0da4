/**
 * The header of a GGUF file, version 2 or 3, little-endian: metadata, then where each tensor lies. Files come from strangers,
 * so every count and offset is checked. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 * Why not @huggingface/gguf: docs/adr/0009-own-gguf-header.md.
 */
import { ByteReader } from "./byteReader.ts";
import { GgufError, TruncatedGgufError } from "./ggufError.ts";

const MAGIC = 0x46554747; // "GGUF"
const MAX_ENTRIES = 10_000;
const MAX_TENSORS = 20_000;
const MAX_ITEMS = 2_000_000;
const MAX_EXTENT = 2 ** 31;
const DEFAULT_ALIGNMENT = 32;
const ARRAY = 9;
/** Number of the ggml type. */
const F32 = 0;
export const ROPE_FACTORS = "rope_freqs.weight";
const MAX_PAIRS = 4096;

export type GgufScalar = number | bigint | boolean | string;
export type GgufMetadata = ReadonlyMap<string, GgufScalar | readonly GgufScalar[]>;

/** One tensor as the header describes it. */
export interface GgufTensorInfo {
  readonly name: string;
  /** Row-major, as elsewhere in this project; the file has the fastest extent first. */
  readonly shape: readonly number[];
  /** Number of a ggml type, see blockFormats.ts. */
  readonly type: number;
  /** Bytes from `dataStart`. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensorInfo[];
  /** Of the tensors, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** What every pair's rotary frequency is divided by, [Dh / 2], where the file has a tensor of that; else null. */
  readonly ropeFactors: readonly number[] | null;
  /** Where the first tensor's data begins, bytes from the start of the file. */
  readonly dataStart: number;
  /** Tensors begin at multiples of this many bytes. */
  readonly alignment: number;
}

/** Readers of one value by its type number in the file; an array is type 9. */
const scalarReaders: ReadonlyMap<number, (reader: ByteReader) => GgufScalar> = new Map<
  number,
  (reader: ByteReader) => GgufScalar
>([
  [0, (reader) => reader.take(1, (view, at) => view.getUint8(at))],
  [1, (reader) => reader.take(1, (view, at) => view.getInt8(at))],
  [2, (reader) => reader.take(2, (view, at) => view.getUint16(at, true))],
  [3, (reader) => reader.take(2, (view, at) => view.getInt16(at, true))],
  [4, (reader) => reader.uint32()],
  [5, (reader) => reader.take(4, (view, at) => view.getInt32(at, true))],
  [6, (reader) => reader.take(4, (view, at) => view.getFloat32(at, true))],
  [7, (reader) => reader.take(1, (view, at) => view.getUint8(at)) !== 0],
  [8, (reader) => reader.text()],
  [10, (reader) => reader.take(8, (view, at) => view.getBigUint64(at, true))],
  [11, (reader) => reader.take(8, (view, at) => view.getBigInt64(at, true))],
  [12, (reader) => reader.take(8, (view, at) => view.getFloat64(at, true))],
]);

/** @throws {GgufError} on any fault of the header. Data is not looked at. */
export function readGgufHeader(file: Uint8Array): GgufHeader {
  const reader = new ByteReader(file);
  if (reader.uint32() !== MAGIC) throw new GgufError(["noGguf"]);
  const version = reader.uint32();
  if (version !== 2 && version !== 3) throw new GgufError(["otherVersion", version]);
  const tensorCount = reader.size(MAX_TENSORS, ["tensorCount"]);
  const entryCount = reader.size(MAX_ENTRIES, ["entryCount"]);

  const metadata = new Map<string, GgufScalar | readonly GgufScalar[]>();
  for (let i = 0; i < entryCount; i++) {
    const key = reader.text();
    if (metadata.has(key)) throw new GgufError(["metadataTwice", key]);
    metadata.set(key, readValue(reader, key));
  }
  const tensors = new Map<string, GgufTensorInfo>();
  for (let i = 0; i < tensorCount; i++) {
    const tensor = readTensorInfo(reader);
    if (tensors.has(tensor.name)) throw new GgufError(["tensorTwice", tensor.name]);
    tensors.set(tensor.name, tensor);
  }
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== "number" || !(alignment > 0 && alignment <= 65_536 && alignment % 8 === 0)) {
    throw new GgufError(["otherAlignment", String(alignment)]);
  }
  const dataStart = Math.ceil(reader.offset / alignment) * alignment;
  const shapes = new Map([...tensors.values()].map(({ name, shape }) => [name, shape]));
  const ropeFactors = readRopeFactors(tensors.get(ROPE_FACTORS), file, dataStart);
  return { metadata, tensors: [...tensors.values()], shapes, ropeFactors, dataStart, alignment };
}

/** Belongs to the architecture, though it is stored as a tensor; llama.cpp's converter writes it first. */
function readRopeFactors(tensor: GgufTensorInfo | undefined, file: Uint8Array, dataStart: number): readonly number[] | null {
  if (!tensor) return null;
  const [pairs = 0, ...others] = tensor.shape;
  if (tensor.type !== F32 || others.length > 0 || pairs > MAX_PAIRS) throw new GgufError(["noShortList", ROPE_FACTORS]);
  const begin = dataStart + tensor.offset;
  if (begin + 4 * pairs > file.byteLength) throw new TruncatedGgufError();
  const view = new DataView(file.buffer, file.byteOffset + begin, 4 * pairs);
  return Array.from({ length: pairs }, (_, pair) => view.getFloat32(4 * pair, true));
}

function readValue(reader: ByteReader, key: string): GgufScalar | readonly GgufScalar[] {
  const type = reader.uint32();
  if (type !== ARRAY) return scalarReader(type, key)(reader);
  const read = scalarReader(reader.uint32(), key);
  const length = reader.size(MAX_ITEMS, ["lengthOf", key]);
  const items: GgufScalar[] = [];
  for (let i = 0; i < length; i++) items.push(read(reader));
  return items;
}

function scalarReader(type: number, key: string) {
  const read = scalarReaders.get(type);
  if (!read) throw new GgufError(["otherValueType", key, type]);
  return read;
}

function readTensorInfo(reader: ByteReader): GgufTensorInfo {
  const name = reader.text();
  const rank = reader.uint32();
  if (rank > 4) throw new GgufError(["tooManyDimensions", name, rank]);
  const extents = Array.from({ length: rank }, () => reader.size(MAX_EXTENT, ["extentOf", name]));
  const type = reader.uint32();
  return { name, shape: extents.reverse(), type, offset: reader.size(Number.MAX_SAFE_INTEGER, ["offsetOf", name]) };
}
