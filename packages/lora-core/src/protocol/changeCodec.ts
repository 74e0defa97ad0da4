/** How a change travels: JSON, gzipped where that is worth it. The coordinator encodes it once for all who need the same. */
import { type SnapshotChange, snapshotChange } from "./snapshotChange.ts";

/** Below this, packing and unpacking cost more than the bytes that they save. */
export const MIN_GZIP_LENGTH = 1024;
/** With which every gzipped content begins, and no JSON. */
const GZIP_MAGIC = 0x1f;

/** What a sender compresses. */
export const changeText = (change: SnapshotChange): string => JSON.stringify(change);

/** @throws {Error} when it is not a change of this protocol. */
export async function decodeChange(content: Uint8Array<ArrayBuffer>): Promise<SnapshotChange> {
  const text = content[0] === GZIP_MAGIC ? await unzipped(content) : new TextDecoder().decode(content);
  return snapshotChange.parse(JSON.parse(text));
}

function unzipped(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Response(new Blob([content]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
