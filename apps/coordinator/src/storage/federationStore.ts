/**
 * The folder of one federation:
 *
 *   federation.json                     what was agreed at creation; tokens as hashes
 *   journal.jsonl                       its events
 *   submissions/<artifact>.safetensors  what clients sent in the open round; deleted once aggregated
 *   adapters/initial.safetensors        the adapter it started from, where one was brought
 *   adapters/<round>.safetensors        the shared adapter after each round
 *   memory/<round>.safetensors          what else the method remembers, keys "<name>/<tensor>"
 *   uploads/<client>.<sha256>           adapters on their way here, see pendingUploads.ts
 *   blobs/<round>.<sha256>              what clients fetch of the shared adapter after that round; deleted after the next one
 *
 * Each but uploads and blobs, which do not outlive a round, carries the version of its format: `formatVersion` in the record, `v` in a line,
 * `duet_format` in the metadata of tensors.
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { sha256Hex } from "@duet/lora-core/protocol/blobs";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { ServerState } from "@duet/lora-core/strategies/strategy";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";
import { ensureFolder, exists, writeAtomically } from "./files.ts";
import { type Journal, openJournal } from "./journal.ts";
import type { JournalEntry } from "./journalEntry.ts";
import { openPendingUploads, type PendingUploads } from "./pendingUploads.ts";
import { currentVersion, parseStored, parseStoredJson, type StoredFormat } from "./storedFormat.ts";
import { decodeStoredTensors, encodeStoredTensors } from "./storedTensors.ts";

const UPLOADS = "uploads";

const federationRecord = z.strictObject({
  federationId: z.string(),
  createdAt: z.number(),
  config: federationConfig,
  inviteHash: sha256Hex,
  organiserHash: sha256Hex,
  /** Not a secret towards those who can reach the coordinator, so stored as it is. */
  watchToken: z.string(),
});
export type FederationRecord = z.output<typeof federationRecord>;

const recordFormat: StoredFormat<FederationRecord> = { schema: federationRecord, migrations: [] };

export interface FederationStore {
  readonly journal: Journal;
  readonly uploads: PendingUploads;
  writeSubmission(artifact: string, tensors: NamedTensors): Promise<void>;
  readSubmission(artifact: string): Promise<NamedTensors>;
  /** Deletes every submission but these. */
  keepSubmissions(artifacts: ReadonlySet<string>): Promise<void>;
  writeModel(round: number, state: ServerState): Promise<void>;
  readModel(round: number): Promise<ServerState>;
  /** @throws a system error where the federation started from its seed. */
  readInitial(): Promise<NamedTensors>;
  /** Path of the shared adapter after that round, or of the initial one. */
  adapterPath(round: number | "initial"): string;
  /** Path of what clients fetch under this name while `modelRound` has the newest shared adapter. */
  blobPath(modelRound: number | null, sha256: string): string;
  /** Has it there; does nothing when it is. */
  writeBlob(modelRound: number | null, sha256: string, content: Uint8Array): Promise<void>;
  /** Deletes what clients fetched of earlier shared adapters. */
  keepBlobs(modelRound: number | null): Promise<void>;
  close(): Promise<void>;
}

/** Writes a new federation's initial adapter, if it has one, and then its record; opening it makes the rest. */
export async function createFederationFolder(
  folder: string,
  record: FederationRecord,
  initial: NamedTensors | null,
): Promise<void> {
  await ensureFolder(join(folder, "adapters"));
  if (initial) await writeAtomically(join(folder, "adapters", "initial.safetensors"), encodeStoredTensors(initial));
  const stored = { formatVersion: currentVersion(recordFormat), ...record };
  await writeAtomically(join(folder, "federation.json"), JSON.stringify(stored, null, 2));
}

/** Ids of the stored federations. A folder without a record was never announced and is passed over. */
export async function listFederationFolders(dataDir: string): Promise<readonly string[]> {
  const folders = (await readdir(dataDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const contents = await Promise.all(folders.map(({ name }) => readdir(join(dataDir, name))));
  return folders.map(({ name }) => name).filter((_, index) => contents[index]?.includes("federation.json"));
}

/** Deletes folders of federations that were never made because their initial adapter did not arrive. */
export async function deleteAbandonedDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const contents = await readdir(join(dataDir, name)).catch(() => []);
    if (contents.length === 1 && contents[0] === UPLOADS) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/** @throws {StoredFormatError} or a system error when the record or the journal cannot be read; nothing is changed then. */
export async function openFederationFolder(
  folder: string,
): Promise<{ record: FederationRecord; store: FederationStore; entries: readonly JournalEntry[] }> {
  const record = parseRecord(await readFile(join(folder, "federation.json"), "utf8"));
  for (const name of ["submissions", "adapters", "memory", "blobs"]) await ensureFolder(join(folder, name));
  const { journal, entries } = await openJournal(join(folder, "journal.jsonl"));
  const uploads = await openPendingUploads(uploadsIn(folder));
  return { record, store: storeIn(folder, journal, uploads), entries };
}

/** Where the uploads of a federation lie, also before it has a record. */
export function uploadsIn(folder: string): string {
  return join(folder, UPLOADS);
}

function parseRecord(text: string): FederationRecord {
  const where = "its federation.json";
  const json = parseStoredJson(text, where);
  const { formatVersion: version, ...value } =
    typeof json === "object" && json !== null ? (json as { formatVersion?: unknown }) : {};
  return parseStored(recordFormat, { version, value, where });
}

function storeIn(folder: string, journal: Journal, uploads: PendingUploads): FederationStore {
  const submissionPath = (artifact: string) => join(folder, "submissions", `${artifact}.safetensors`);
  const adapterPath = (round: number | "initial") => join(folder, "adapters", `${round}.safetensors`);
  const readTensors = async (path: string) => decodeStoredTensors(await readFile(path), relative(folder, path));
  const memoryPath = (round: number) => join(folder, "memory", `${round}.safetensors`);
  const blobPrefix = (modelRound: number | null) => `${modelRound ?? "initial"}.`;
  const blobPath = (modelRound: number | null, sha256: string) => join(folder, "blobs", `${blobPrefix(modelRound)}${sha256}`);
  return {
    journal,
    uploads,
    writeSubmission: (artifact, tensors) => writeAtomically(submissionPath(artifact), encodeStoredTensors(tensors)),
    readSubmission: (artifact) => readTensors(submissionPath(artifact)),
    async keepSubmissions(artifacts) {
      const files = await readdir(join(folder, "submissions"));
      const obsolete = files.filter((file) => !artifacts.has(file.replace(/\.safetensors$/, "")));
      await Promise.all(obsolete.map((file) => rm(join(folder, "submissions", file), { force: true })));
    },
    async writeModel(round, { shared, memory }) {
      await writeAtomically(memoryPath(round), encodeStoredTensors(flatten(memory)));
      await writeAtomically(adapterPath(round), encodeStoredTensors(shared));
    },
    readModel: async (round) => ({
      shared: await readTensors(adapterPath(round)),
      memory: unflatten(await readTensors(memoryPath(round))),
    }),
    readInitial: () => readTensors(adapterPath("initial")),
    adapterPath,
    blobPath,
    async writeBlob(modelRound, sha256, content) {
      const path = blobPath(modelRound, sha256);
      if (!(await exists(path))) await writeAtomically(path, content);
    },
    async keepBlobs(modelRound) {
      const obsolete = (await readdir(join(folder, "blobs"))).filter((name) => !name.startsWith(blobPrefix(modelRound)));
      await Promise.all(obsolete.map((name) => rm(join(folder, "blobs", name), { force: true })));
    },
    close: () => journal.close(),
  };
}

function flatten(memory: ServerState["memory"]): NamedTensors {
  return new Map(
    Object.entries(memory).flatMap(([name, tensors]) =>
      [...tensors].map(([key, tensor]): [string, HostTensor] => [`${name}/${key}`, tensor]),
    ),
  );
}

function unflatten(tensors: NamedTensors): ServerState["memory"] {
  const memory: Record<string, Map<string, HostTensor>> = {};
  for (const [path, tensor] of tensors) {
    const slash = path.indexOf("/");
    const name = path.slice(0, slash);
    memory[name] ??= new Map();
    memory[name].set(path.slice(slash + 1), tensor);
  }
  return memory;
}
