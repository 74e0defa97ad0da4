/** The wire format of Protocol Buffers, as far as ONNX needs it written: https://protobuf.dev/programming-guides/encoding */

export type Bytes = Uint8Array<ArrayBuffer>;

const [VARINT, LENGTH, FIXED32] = [0, 2, 5] as const;

/** A whole number from 0 to 2^53, or negative as 64 bits. */
export function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const tag = (field: number, type: number): Bytes => varint(field * 8 + type);

/** A field with a whole number. */
export const intField = (field: number, value: number): Bytes => joinedBytes([tag(field, VARINT), varint(value)]);

/** A field with a 32-bit float. */
export const floatField = (field: number, value: number): Bytes =>
  joinedBytes([tag(field, FIXED32), new Uint8Array(Float32Array.of(value).buffer)]);

/** What stands before the content of a field of `length` bytes. */
export const fieldHead = (field: number, length: number): Bytes => joinedBytes([tag(field, LENGTH), varint(length)]);

/** A field with a text, bytes, or a message made of these fields. */
export function field(number: number, content: string | Bytes | readonly Bytes[]): Bytes {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : joinedBytes([content].flat());
  return joinedBytes([fieldHead(number, bytes.byteLength), bytes]);
}

export function joinedBytes(parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}
