/**
 * The safetensors container: u64 header length (little-endian), JSON header, raw little-endian data.
 * Knows every dtype by its size, reads F32, F16 and BF16 as float32, and writes F32. Files come from strangers, so every field of the header is checked
 * before a byte of data is read. Format: https://github.com/huggingface/safetensors#format
 */

import { z } from "zod";
import { DuetError } from "../errors/duetError.ts";
import { type ModelSaying, modelFailure } from "../errors/modelSentences.ts";
import { schemaSaying } from "../errors/schemaWords.ts";
import type { Told } from "../sayings/saying.ts";
import { type Halves, type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import { widenHalves } from "./halfPrecision.ts";

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const MAX_TENSORS = 20_000;
const METADATA_KEY = "__metadata__";

/** Bits of an element. */
const BITS = {
  ...{ F32: 32, F16: 16, BF16: 16 },
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64, F64: 64, C64: 64 },
  ...{ F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
} as const;
type Dtype = keyof typeof BITS;
const dtype = z.enum(Object.keys(BITS) as Dtype[]);

/** Whether values of this dtype can be read; others are left where they lie unless they are needed. */
export function isReadable(dtype: Dtype): dtype is "F32" | "F16" | "BF16" {
  return dtype === "F32" || isHalf(dtype);
}

function isHalf(dtype: Dtype): dtype is Halves["format"] {
  return dtype === "F16" || dtype === "BF16";
}

const extent = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const tensorEntry = z.strictObject({ dtype, shape: z.array(extent).max(8), data_offsets: z.tuple([extent, extent]) });
const metadataEntry = z.record(z.string(), z.string());

/** Where one tensor lies; `begin` and `end` count bytes from the start of the data. */
export interface TensorRange {
  readonly key: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A safetensors file that cannot be trusted or is not supported; the message says what is wrong with it. */
export class SafetensorsError extends DuetError {
  readonly saying: ModelSaying;

  constructor(problem: ModelSaying) {
    const saying: ModelSaying = ["safetensors", problem as Told];
    super("SAFETENSORS", ...modelFailure(saying));
    this.saying = saying;
  }
}

/**
 * Tensors in the order of their data. They stay in the file's bytes, which must not change: F32 is a view where it is aligned, and
 * 16-bit values are widened anew at every access of `data`, so that only one tensor at a time is held twice. Read it once; `halves` has
 * them as they lie in the file. `data` of
 * a tensor in another dtype throws a {@link SafetensorsError}: only what is needed has to be readable.
 * @throws {SafetensorsError} on any fault of the file.
 */
export function readSafetensors(file: ArrayBuffer | Uint8Array): Map<string, HostTensor> {
  // A plain Uint8Array even for Node's Buffer, whose slice() would be a view instead of a copy.
  const bytes = file instanceof Uint8Array ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength) : new Uint8Array(file);
  const { ranges, dataStart } = readSafetensorsHeader(bytes, bytes.byteLength);
  return new Map(
    ranges.map((range): [string, HostTensor] => [
      range.key,
      tensorOf(range, bytes.subarray(dataStart + range.begin, dataStart + range.end)),
    ]),
  );
}

/**
 * Where the tensors lie in a file of `fileBytes` bytes, of which `beginning` holds at least the header.
 * @throws {SafetensorsError} on any fault of the header, or when it does not fit the file.
 */
export function readSafetensorsHeader(
  beginning: Uint8Array,
  fileBytes: number,
): { readonly ranges: readonly TensorRange[]; readonly dataStart: number; readonly metadata: Readonly<Record<string, string>> } {
  const { text, dataStart } = headerText(beginning);
  const entries = parseHeader(text);
  const ranges = tensorRanges(entries).sort((x, y) => x.begin - y.begin || x.end - y.end);
  assertCovers(ranges, fileBytes - dataStart);
  const metadata = metadataEntry.parse(entries.find(([key]) => key === METADATA_KEY)?.[1] ?? {});
  return { ranges, dataStart, metadata };
}

/** Bytes from the start of the file to its data, of which the first 8 tell. @throws {SafetensorsError} when they cannot be right. */
export function safetensorsDataStart(beginning: Uint8Array): number {
  if (beginning.byteLength < LENGTH_BYTES) throw new SafetensorsError(["shorterThanLength"]);
  const length = new DataView(beginning.buffer, beginning.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) throw new SafetensorsError(["headerWouldHave", String(length)]);
  return LENGTH_BYTES + Number(length);
}

/**
 * Tensors as one F32 file, in their own order; the same input gives the same bytes.
 * @throws {SafetensorsError} when a tensor's data does not fill its shape, or its name is reserved.
 */
export function writeSafetensors(tensors: NamedTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const ranges: TensorRange[] = [];
  let size = 0;
  for (const [key, { shape, data }] of tensors) {
    if (key === METADATA_KEY) throw new SafetensorsError(["reservedName", METADATA_KEY]);
    if (data.length !== sizeOf(shape)) throw new SafetensorsError(["valuesForShape", key, data.length, String(shape)]);
    ranges.push({ key, dtype: "F32", shape, begin: size, end: size + data.byteLength });
    size += data.byteLength;
  }
  const header = writeSafetensorsHeader(ranges, metadata);
  const file = new Uint8Array(header.byteLength + size);
  file.set(header);
  let offset = header.byteLength;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/** What stands before the data of these tensors, which tile it in this order. */
export function writeSafetensorsHeader(
  ranges: readonly TensorRange[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  // Joined by hand: an object would move keys that look like integers to the front.
  const entry = (key: string, value: unknown) => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  const entries = Object.keys(metadata).length > 0 ? [entry(METADATA_KEY, metadata)] : [];
  for (const { key, dtype, shape, begin, end } of ranges) entries.push(entry(key, { dtype, shape, data_offsets: [begin, end] }));
  const json = new TextEncoder().encode(`{${entries.join()}}`);
  // Spaces after the JSON keep the data aligned to 8 bytes, as the reference writer does.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20, LENGTH_BYTES);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true);
  header.set(json, LENGTH_BYTES);
  return header;
}

function headerText(bytes: Uint8Array): { text: string; dataStart: number } {
  const dataStart = safetensorsDataStart(bytes);
  if (dataStart > bytes.byteLength) throw new SafetensorsError(["endsInHeader"]);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart));
    return { text, dataStart };
  } catch {
    throw new SafetensorsError(["headerNotUtf8"]);
  }
}

/** Entries of the header's object in file order. */
function parseHeader(text: string): readonly [string, unknown][] {
  if (!text.startsWith("{")) throw new SafetensorsError(["headerNoObject"]);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new SafetensorsError(["headerNotJson"]);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) throw new SafetensorsError(["keyTwice", duplicate]);
  const entries = Object.entries(header as object);
  if (entries.length > MAX_TENSORS) throw new SafetensorsError(["tooManyTensors", MAX_TENSORS]);
  return entries;
}

/** JSON.parse keeps only the last of equal keys, so they are looked for in the text, which is known to be valid JSON. */
function findDuplicateKey(text: string): string | null {
  const open: Set<string>[] = [];
  let string = "";
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token === ":") {
      const key = String(JSON.parse(string));
      const seen = open.at(-1);
      if (seen?.has(key)) return key;
      seen?.add(key);
    } else string = token;
  }
  return null;
}

function tensorRanges(entries: readonly [string, unknown][]): TensorRange[] {
  const ranges: TensorRange[] = [];
  for (const [key, value] of entries) {
    const parsed = (key === METADATA_KEY ? metadataEntry : tensorEntry).safeParse(value);
    if (!parsed.success)
      throw new SafetensorsError(
        schemaSaying(parsed.error, { given: value, nameOf: (path) => `${key}: ${path.join(".") || "entry"}` }),
      );
    if (key === METADATA_KEY) continue;
    const { dtype, shape, data_offsets } = tensorEntry.parse(value);
    const [begin, end] = data_offsets;
    const expected = (sizeOf(shape) * BITS[dtype]) / 8;
    if (!Number.isInteger(expected)) throw new SafetensorsError(["noWholeBytes", key, dtype, String(shape)]);
    if (end - begin !== expected) {
      throw new SafetensorsError(["otherRange", key, dtype, String(shape), expected, begin, end]);
    }
    ranges.push({ key, dtype, shape, begin, end });
  }
  return ranges;
}

/** Sorted ranges must tile the data: no gap, no overlap, nothing after the last. */
function assertCovers(ranges: readonly TensorRange[], dataBytes: number): void {
  let offset = 0;
  for (const { key, begin, end } of ranges) {
    if (begin !== offset) throw new SafetensorsError(["startsElsewhere", key, begin, offset]);
    offset = end;
  }
  if (offset !== dataBytes) throw new SafetensorsError(["otherDataSize", offset, dataBytes]);
}

/** A tensor from its bytes, as {@link readSafetensors} gives it. All engines that run WebAssembly are little-endian, as the file is. */
export function tensorOf({ key, dtype, shape }: TensorRange, raw: Uint8Array): HostTensor {
  const aligned = () => (raw.byteOffset % (BITS[dtype] / 8) === 0 ? raw : raw.slice());
  if (dtype === "F32") {
    const { buffer, byteOffset, byteLength } = aligned();
    return { shape, data: new Float32Array(buffer, byteOffset, byteLength / 4) };
  }
  const halves = (): Halves => {
    if (!isHalf(dtype)) throw new SafetensorsError(unreadable(key, dtype));
    const { buffer, byteOffset, byteLength } = aligned();
    return { format: dtype, bits: new Uint16Array(buffer, byteOffset, byteLength / 2) };
  };
  return {
    shape,
    get data() {
      const { bits, format } = halves();
      return widenHalves(bits, format);
    },
    get halves() {
      return halves();
    },
  };
}

/** The sentence for a tensor that is needed and cannot be read. */
export const unreadable = (key: string, dtype: Dtype): ModelSaying => ["storedAs", key, dtype];
