/**
 * One encoding for everything that is signed, hashed or bound into a key: each field as its length in bytes (u32, little-endian) and its
 * bytes, so that no two lists of fields have the same bytes. Texts are UTF-8, integers u32 little-endian.
 */
export type CanonicalField = string | number | Uint8Array;

const encoder = new TextEncoder();

/** @throws {RangeError} a number that is no u32. */
export function canonicalBytes(...fields: readonly CanonicalField[]): Uint8Array<ArrayBuffer> {
  const parts = fields.map(bytesOf);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

function bytesOf(field: CanonicalField): Uint8Array {
  if (typeof field === "string") return encoder.encode(field);
  if (typeof field !== "number") return field;
  if (!Number.isInteger(field) || field < 0 || field > 0xffffffff) throw new RangeError(`canonicalBytes: ${field} is no u32`);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, field, true);
  return bytes;
}
