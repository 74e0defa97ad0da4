/**
 * What one federation keeps under names: which blob a name stands for is in the database, the blob in the blob store. A blob is on disk
 * before its name is, and goes after its last name has gone.
 */

import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { REFUSAL_SENTENCES, type RefusalSaying } from "@duet/lora-core/protocol/refusalSentences";
import { say, type Told } from "@duet/lora-core/sayings/saying";
import { type BlobStore, blobName, DamagedBlobError, refOf, type StoredBlob } from "./blobStore.ts";
import type { Database } from "./database/openDatabase.ts";
import type { Hold } from "./ownership.ts";
import { createTurns } from "./turns.ts";

/** What is kept under a name cannot be used; the message says which one it is, and why. */
export class DamagedArtifactError extends Error {
  override readonly name = "DamagedArtifactError";
  /** The message as data. */
  readonly told: Told;

  constructor(saying: RefusalSaying) {
    super(say(REFUSAL_SENTENCES, saying));
    this.told = saying as Told;
  }
}

export interface Artifacts {
  names(): readonly string[];
  refOf(name: string): BlobRef | null;
  /** On disk when it resolves. @throws a system error; the name is what it was then. */
  write(name: string, content: Uint8Array, ref?: BlobRef): Promise<BlobRef>;
  /** The same with a file that is known to have this content, and is moved. */
  adopt(name: string, ref: BlobRef, file: string): Promise<void>;
  /** A path at which a file can be written that is then adopted; what is not is swept. */
  draft(): Promise<string>;
  /** Path of its content, checked just now. @throws {DamagedArtifactError} also where there is no such name. */
  file(name: string): Promise<string>;
  drop(names: readonly string[]): Promise<void>;
  /** Deletes blobs without a name, which a crash left. Call before anything is written. */
  sweep(): Promise<void>;
}

/** Those of one federation, for who holds it. */
export async function openArtifacts(
  database: Database,
  blobs: BlobStore,
  federationId: string,
  { fence, write }: Hold,
): Promise<Artifacts> {
  const rows = await database
    .selectFrom("artifacts")
    .select(["name", "sha256", "bytes", "fence"])
    .where("federation_id", "=", federationId)
    .execute();
  const refs = new Map(rows.map(({ name, ...blob }): [string, StoredBlob] => [name, blob]));
  /** A blob is not deleted while the same one is being written. */
  const inTurn = createTurns();

  async function deleteUnnamed(blob: string): Promise<void> {
    if ([...refs.values()].some((ref) => blobName(ref) === blob)) return;
    await blobs.delete(federationId, blob);
  }

  async function keep(name: string, ref: BlobRef, store: (blob: StoredBlob) => Promise<void>): Promise<void> {
    const older = refs.get(name);
    const blob = { sha256: ref.sha256, bytes: ref.bytes, fence };
    await inTurn(blobName(blob), async () => {
      await store(blob);
      await write((allowed) =>
        allowed
          .insertInto("artifacts")
          .values({ federation_id: federationId, name, ...blob })
          .onConflict((conflict) => conflict.columns(["federation_id", "name"]).doUpdateSet(blob))
          .execute(),
      );
      refs.set(name, blob);
    });
    if (older && blobName(older) !== blobName(blob)) await inTurn(blobName(older), () => deleteUnnamed(blobName(older)));
  }

  return {
    names: () => [...refs.keys()],
    refOf: (name) => refs.get(name) ?? null,
    async write(name, content, given) {
      const ref = given ?? (await refOf(content));
      await keep(name, ref, (blob) => blobs.put(federationId, blob, content));
      return ref;
    },
    draft: () => blobs.draft(federationId),
    adopt: (name, ref, file) => keep(name, ref, (blob) => blobs.adopt(federationId, blob, file)),
    async file(name) {
      const ref = refs.get(name);
      if (!ref) throw new DamagedArtifactError(["artifactNotStored", name]);
      try {
        return await blobs.file(federationId, ref);
      } catch (error) {
        if (error instanceof DamagedBlobError) throw new DamagedArtifactError(["artifactUnusable", name, error.message]);
        throw error;
      }
    },
    async drop(names) {
      const known = names.filter((name) => refs.has(name));
      if (known.length === 0) return;
      await write((allowed) =>
        allowed.deleteFrom("artifacts").where("federation_id", "=", federationId).where("name", "in", known).execute(),
      );
      const dropped = known.flatMap((name) => refs.get(name) ?? []).map(blobName);
      for (const name of known) refs.delete(name);
      for (const blob of new Set(dropped)) await inTurn(blob, () => deleteUnnamed(blob));
    },
    async sweep() {
      const named = new Set([...refs.values()].map(blobName));
      const unnamed = (await blobs.list(federationId)).filter((name) => !named.has(name));
      await Promise.all(unnamed.map((name) => blobs.delete(federationId, name)));
    },
  };
}
