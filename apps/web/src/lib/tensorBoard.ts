/**
 * Event files as TensorBoard reads them: records (TFRecord: length, CRC of it, content, CRC of that) of protocol buffers, each a scalar of
 * a step. Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, tensorboard/compat/proto/summary.proto.
 */

export interface Scalar {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly step: number;
  readonly tag: string;
  readonly value: number;
}

/** One run's file. */
export function eventFile(scalars: readonly Scalar[]): Uint8Array {
  const began = scalars.reduce((earliest, { at }) => Math.min(earliest, at), scalars[0]?.at ?? 0);
  const head = concat([double(1, began / 1000), text(3, "brain.Event:2")]);
  return concat([head, ...scalars.map(eventOf)].map(record));
}

/** Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } } */
const eventOf = ({ at, step, tag, value }: Scalar): Uint8Array =>
  concat([double(1, at / 1000), integer(2, step), nested(5, nested(1, concat([text(1, tag), float(2, value)])))]);

function record(content: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true);
  return concat([length, maskedChecksum(length), content, maskedChecksum(content)]);
}

/** Rotated and shifted, so that a checksum of what holds checksums is not trivial. */
function maskedChecksum(content: Uint8Array): Uint8Array {
  const sum = crc32c(content);
  const masked = (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, masked, true);
  return bytes;
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  return sum;
});

/** CRC-32C of RFC 3720. */
export function crc32c(content: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of content) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Wire types of protocol buffers. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5] as const;

const key = (field: number, type: number): Uint8Array => Uint8Array.of((field << 3) | type);

/** Not negative, below 2^31. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const integer = (field: number, value: number): Uint8Array => concat([key(field, VARINT), varint(value)]);
const nested = (field: number, content: Uint8Array): Uint8Array => concat([key(field, BYTES), varint(content.length), content]);
const text = (field: number, value: string): Uint8Array => nested(field, new TextEncoder().encode(value));

function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concat([key(field, FIXED64), bytes]);
}

function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concat([key(field, FIXED32), bytes]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
