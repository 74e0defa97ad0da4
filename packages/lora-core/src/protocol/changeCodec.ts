/** How a change travels: JSON, gzipped. The coordinator encodes it once for all who need the same. */
import { type SnapshotChange, snapshotChange } from "./snapshotChange.ts";

/** What a sender compresses. */
export const changeText = (change: SnapshotChange): string => JSON.stringify(change);

/** @throws {Error} when it is not a change of this protocol. */
export async function decodeChange(content: Uint8Array<ArrayBuffer>): Promise<SnapshotChange> {
  const plain = new Blob([content]).stream().pipeThrough(new DecompressionStream("gzip"));
  return snapshotChange.parse(JSON.parse(await new Response(plain).text()));
}
