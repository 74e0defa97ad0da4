/**
 * Everything that survives a restart. The data folder:
 *
 *   coordinator.lock          held by the coordinator that runs on it
 *   duet.db, -wal, -shm       the database, unless it is a server's
 *   link-key, session-key     sign links, and the cookies of who is signed in; see secretKey.ts
 *   store-id                  which database belongs to this folder
 *   blobs/<federation>/       adapters by their SHA-256
 *   uploads/<federation>/     adapters on their way here
 *   federations/              folders of an earlier Duet, see importFolders.ts
 *   imported-federations/     the same after they were imported
 *   archive/                  federations that were exported because of their age
 *
 * Several nodes share a PostgreSQL and a store of blobs; a data folder is each node's own all the same.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { createId } from "../ports/secrets.ts";
import { type Admission, openAdmissions } from "./admissions.ts";
import { openArtifacts } from "./artifacts.ts";
import { type BlobStore, openBlobFolder, refOf } from "./blobStore.ts";
import { type Database, type DatabaseAddress, openDatabase } from "./database/openDatabase.ts";
import type { FederationRecord } from "./federationRecord.ts";
import { createFederationStore, type FederationStore, INITIAL_ADAPTER } from "./federationStore.ts";
import { type FederationTable, openFederationTable, type Standing } from "./federationTable.ts";
import { ensureFolder, type HashFile, isSystemError, PRIVATE_FILE, syncFolder } from "./files.ts";
import { openJournal, readJournal } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";
import { type Hold, type Ownership, ownerOfAll } from "./ownership.ts";
import { openPendingUploads, type PendingUploads } from "./pendingUploads.ts";
import { encodeStoredTensors } from "./storedTensors.ts";

export interface Storage {
  readonly dataDir: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly federations: FederationTable;
  readonly ownership: Ownership;
  /** Stores a new federation, which this coordinator holds, with the adapter that it starts from, if one was brought. */
  create(record: FederationRecord, standing: Standing, initial: NamedTensors | null): Promise<void>;
  /**
   * What one federation has. One at a time may have it open.
   * @throws {StoredFormatError} when its journal cannot be read; {LostFederationError} while another node has it
   */
  open(federationId: string): Promise<StoredFederation>;
  /** Events that are on disk. @throws {StoredFormatError} */
  entries(federationId: string): Promise<readonly JournalEntry[]>;
  /** What is on its way to a federation, also before there is one. */
  uploads(federationId: string): Promise<PendingUploads>;
  deleteUploads(federationId: string): Promise<void>;
  /** Everything of a federation that nobody has open. */
  delete(federationId: string): Promise<void>;
  close(): Promise<void>;
}

/** One federation as it is stored. */
export interface StoredFederation {
  readonly hold: Hold;
  readonly store: FederationStore;
  readonly entries: readonly JournalEntry[];
  /** What its organiser answered those who ask to join. */
  readonly answered: readonly Admission[];
}

/** The database and the data folder do not belong together; the message says what to do. */
export class StorageMismatchError extends Error {
  override readonly name = "StorageMismatchError";
}

/** Where the database of a folder is, unless it is a server's. */
export function databaseAddress(dataDir: string, url: string | null): DatabaseAddress {
  return url === null ? { file: join(dataDir, "duet.db") } : { url };
}

/** What lies elsewhere than in the data folder, or is shared with other nodes. */
export interface Elsewhere {
  readonly openBlobs?: (local: string, hashFile: HashFile) => Promise<BlobStore>;
  /** Begins to share the database. */
  readonly share?: (database: Database) => Promise<Ownership>;
}

/**
 * Opens a data folder that is there and locked. `hashFile` reads elsewhere than on the event loop.
 * @throws {StorageMismatchError}; {StoredFormatError} on a newer database; {DatabaseFault} or a system error.
 */
export async function openStorage(
  dataDir: string,
  url: string | null,
  hashFile: HashFile,
  { openBlobs = openBlobFolder, share = async (database) => ownerOfAll(database) }: Elsewhere = {},
): Promise<Storage> {
  const database = await openDatabase(databaseAddress(dataDir, url));
  try {
    const blobs = await openBlobs(join(dataDir, "blobs"), hashFile);
    await assertTogether(dataDir, database, blobs);
    const ownership = await share(database);
    const federations = openFederationTable(database);
    const uploadsIn = (federationId: string) => join(dataDir, "uploads", federationId);
    await ensureFolder(join(dataDir, "uploads"));
    return {
      dataDir,
      database,
      blobs,
      federations,
      ownership,
      async create(record, standing, initial) {
        await ownership.hold(record.federationId);
        const content = initial && encodeStoredTensors(initial);
        const artifacts = content ? [{ name: INITIAL_ADAPTER, ...(await refOf(content)) }] : [];
        for (const ref of artifacts) if (content) await blobs.put(record.federationId, ref, content);
        await federations.add({ record, standing, entries: [], artifacts });
      },
      async open(federationId) {
        const hold = await ownership.hold(federationId);
        const { journal, entries } = await openJournal(database, federationId, hold.write);
        const artifacts = await openArtifacts(database, blobs, federationId, hold);
        await artifacts.sweep();
        const uploads = await openPendingUploads(uploadsIn(federationId), hashFile);
        const { admissions, kept: answered } = await openAdmissions(database, federationId, hold.write);
        return { hold, store: createFederationStore({ journal, artifacts, uploads, admissions }), entries, answered };
      },
      entries: (federationId) => readJournal(database, federationId),
      uploads: (federationId) => openPendingUploads(uploadsIn(federationId), hashFile),
      deleteUploads: (federationId) => rm(uploadsIn(federationId), { recursive: true, force: true }),
      async delete(federationId) {
        const { write } = await ownership.hold(federationId);
        await federations.delete(federationId, write);
        await ownership.release(federationId);
        await blobs.deleteSpace(federationId);
        await rm(uploadsIn(federationId), { recursive: true, force: true });
      },
      async close() {
        await ownership.close().catch(() => {});
        await database.destroy();
      },
    };
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** An empty database beside adapters of earlier federations is a lost one, not a new one. @throws {StorageMismatchError} */
async function assertTogether(dataDir: string, database: Database, blobs: BlobStore): Promise<void> {
  const known = await database.selectFrom("about").select("value").where("name", "=", "store-id").executeTakeFirst();
  const file = join(dataDir, "store-id");
  const here = await readFile(file, "utf8").catch(nullIfMissing);
  const isElsewhere = known && (here === null ? await hasLostAll(database, blobs) : here !== known.value);
  if (isElsewhere) {
    throw new StorageMismatchError(
      `The database belongs to another data folder than "${dataDir}": start with the folder it was made with, or with the database of this folder.`,
    );
  }
  if (!known) {
    const spaces = await blobs.spaces();
    if (here !== null || spaces.length > 0) {
      throw new StorageMismatchError(
        `The database is empty, but the data folder "${dataDir}" has been in use (adapters of ${spaces.length} federations are in it). ` +
          `Bring the database back from a back-up, or choose another folder with --data; "npm run repair -- --data ${dataDir}" says what can be saved.`,
      );
    }
  }
  const value = known?.value ?? (await newStoreId(database));
  if (here === null) {
    await writeFile(file, value, { mode: PRIVATE_FILE, flush: true });
    await syncFolder(dataDir);
  }
}

/** Another node may be the first at the same time. */
async function newStoreId(database: Database): Promise<string> {
  await database
    .insertInto("about")
    .values({ name: "store-id", value: createId() })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return (await database.selectFrom("about").select("value").where("name", "=", "store-id").executeTakeFirstOrThrow()).value;
}

/** The database names blobs, and this folder has none at all. */
async function hasLostAll(database: Database, blobs: BlobStore): Promise<boolean> {
  const named = await database.selectFrom("artifacts").select("name").limit(1).executeTakeFirst();
  return named !== undefined && (await blobs.spaces()).length === 0;
}

/** @throws every other error. */
function nullIfMissing(error: unknown): null {
  if (isSystemError(error) && error.code === "ENOENT") return null;
  throw error;
}

/** Deletes what was on its way to federations that were never made, or are no more. */
export async function deleteAbandonedUploads(storage: Storage): Promise<void> {
  for (const name of await readdir(join(storage.dataDir, "uploads"))) {
    if (!(await storage.federations.find(name).catch(() => true))) await storage.deleteUploads(name);
  }
}
