/**
 * Plain data as bytes, and back: JSON, with the contents of its arrays of bytes and of float32 behind it, and its Maps as lists of pairs. For what
 * does not stay on one device; whoever reads it parses it.
 *
 *   bytes: length of the JSON u32 little-endian, JSON in UTF-8, contents one after the other
 */
import { TeamError } from "./teamError.ts";

type Contents = Uint8Array | Float32Array;
const LENGTH_BYTES = 4;

export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const contents: Contents[] = [];
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Map) return { $map: [...part] };
    if (!(part instanceof Uint8Array) && !(part instanceof Float32Array)) return part;
    contents.push(part);
    return part instanceof Uint8Array ? { $bytes: part.length } : { $floats: part.length };
  });
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + contents.reduce((sum, { byteLength }) => sum + byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + json.length;
  for (const { buffer, byteOffset, byteLength } of contents) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** @throws {TeamError} "unreadable" */
export function fromBytes(bytes: Uint8Array): unknown {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const jsonEnd = LENGTH_BYTES + view.getUint32(0, true);
    let at = jsonEnd;
    const take = (length: number): Uint8Array<ArrayBuffer> => {
      if (at + length > bytes.length) throw new RangeError("It ends too early");
      at += length;
      return bytes.slice(at - length, at);
    };
    return revived(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, jsonEnd))), take);
  } catch (cause) {
    throw new TeamError("unreadable", ["teamUnread"], { cause });
  }
}

/** In the order in which it was written. */
function revived(part: unknown, take: (length: number) => Uint8Array<ArrayBuffer>): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((item) => revived(item, take));
  if ("$map" in part) return new Map(revived(part.$map, take) as [unknown, unknown][]);
  if ("$bytes" in part) return take(Number(part.$bytes));
  if ("$floats" in part) return new Float32Array(take(4 * Number(part.$floats)).buffer);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, revived(value, take)]));
}
