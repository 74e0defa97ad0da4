/** {@link BlobStore} in a bucket. A folder beside it holds what this node has used: files are local ones, and are fetched once. */
import { readFile } from "node:fs/promises";
import { type BlobStore, blobName, DamagedBlobError, type StoredBlob } from "./blobStore.ts";
import type { Bucket } from "./bucket.ts";
import { createTurns } from "./turns.ts";

/** Of those on their way into the bucket at the same time: each is in memory as a whole. */
const SENDERS = 2;

/** What is in `local` and not in the bucket is a draft, or was deleted by another node. */
export function blobsIn(bucket: Bucket, local: BlobStore): BlobStore {
  const keyOf = (space: string, name: string) => `${space}/${name}`;
  const inTurn = createTurns();
  let sent = 0;
  const send = (space: string, ref: StoredBlob, read: () => Promise<Uint8Array>) =>
    inTurn(`${sent++ % SENDERS}`, async () => bucket.put(keyOf(space, blobName(ref)), new Uint8Array(await read())));

  async function fetched(space: string, ref: StoredBlob): Promise<string> {
    const content = await bucket.get(keyOf(space, blobName(ref)));
    if (content === null) throw new DamagedBlobError("is missing in the object store");
    await local.put(space, ref, content);
    return local.file(space, ref);
  }

  return {
    async put(space, ref, content) {
      await send(space, ref, async () => content);
      await local.put(space, ref, content);
    },
    async adopt(space, ref, file) {
      await send(space, ref, () => readFile(file));
      await local.adopt(space, ref, file);
    },
    draft: (space) => local.draft(space),
    async file(space, ref) {
      try {
        return await local.file(space, ref);
      } catch (error) {
        if (error instanceof DamagedBlobError) return fetched(space, ref);
        throw error;
      }
    },
    async delete(space, name) {
      await bucket.delete(keyOf(space, name));
      await local.delete(space, name);
    },
    async list(space) {
      return [...new Set([...(await bucket.list(`${space}/`)), ...(await local.list(space))])];
    },
    spaces: () => bucket.list("", true),
    async deleteSpace(space) {
      for (const name of await bucket.list(`${space}/`)) await bucket.delete(keyOf(space, name));
      await local.deleteSpace(space);
    },
  };
}
