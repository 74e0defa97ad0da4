/**
 * A masked vector as it travels: of every value what its group's sum is taken modulo, which is all of it that counts. Masks and sums are
 * computed modulo 2^32 and cut to 2^16 here and in {@link decodeSum}, which comes to the same. Little-endian, group by group.
 */
import { lengthOf, type ValueGroup, type VectorLayout } from "./vectorLayout.ts";

/** Of a packed vector. */
export function packedBytes({ groups }: VectorLayout): number {
  return groups.reduce((sum, group) => sum + group.length * valueBytes(group), 0);
}

/** Values above a group's modulus are cut. */
export function packVector(layout: VectorLayout, vector: Uint32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packedBytes(layout));
  const view = new DataView(bytes.buffer);
  let [index, at] = [0, 0];
  for (const group of layout.groups) {
    const [end, size] = [index + group.length, valueBytes(group)];
    for (; index < end; index++, at += size) {
      const value = vector[index] as number;
      if (size === 2) view.setUint16(at, value & 0xffff, true);
      else view.setUint32(at, value, true);
    }
  }
  return bytes;
}

/** @throws {RangeError} on another number of bytes. */
export function unpackVector(layout: VectorLayout, bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  if (bytes.byteLength !== packedBytes(layout)) {
    throw new RangeError(`unpackVector: ${bytes.byteLength} bytes, expected ${packedBytes(layout)}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vector = new Uint32Array(lengthOf(layout));
  let [index, at] = [0, 0];
  for (const group of layout.groups) {
    const [end, size] = [index + group.length, valueBytes(group)];
    for (; index < end; index++, at += size) vector[index] = size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  }
  return vector;
}

const valueBytes = ({ modulusBits }: ValueGroup) => modulusBits / 8;
