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
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { sha256Hex } from "@duet/lora-core/protocol/blobs";
import { federationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { ServerState } from "@duet/lora-core/strategies/strategy";
import type { HostTensor, NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { z } from "zod";
import { ensureFolder, exists, writeAtomically } from "./files.ts";
import { type Journal, type JournalEntry, openJournal } from "./journal.ts";
import { openPendingUploads, type PendingUploads } from "./pendingUploads.ts";

const UPLOADS = "uploads";

export const federationRecord = z.strictObject({
  formatVersion: z.literal(1),
  federationId: z.string(),
  createdAt: z.number(),
  config: federationConfig,
  inviteHash: sha256Hex,
  organiserHash: sha256Hex,
  /** Not a secret towards those who can reach the coordinator, so stored as it is. */
  watchToken: z.string(),
});
export type FederationRecord = z.output<typeof federationRecord>;

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
  if (initial)
    await writeAtomically(join(folder, "adapters", "initial.safetensors"), writeSafetensors(initial, { format: "pt" }));
  await writeAtomically(join(folder, "federation.json"), JSON.stringify(record, null, 2));
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

/** @throws when the record or the journal cannot be read. */
export async function openFederationFolder(
  folder: string,
): Promise<{ record: FederationRecord; store: FederationStore; entries: readonly JournalEntry[] }> {
  const record = federationRecord.parse(JSON.parse(await readFile(join(folder, "federation.json"), "utf8")));
  for (const name of ["submissions", "adapters", "memory", "blobs"]) await ensureFolder(join(folder, name));
  const { journal, entries } = await openJournal(join(folder, "journal.jsonl"));
  const uploads = await openPendingUploads(uploadsIn(folder));
  return { record, store: storeIn(folder, journal, uploads), entries };
}

/** Where the uploads of a federation lie, also before it has a record. */
export function uploadsIn(folder: string): string {
  return join(folder, UPLOADS);
}

function storeIn(folder: string, journal: Journal, uploads: PendingUploads): FederationStore {
  const submissionPath = (artifact: string) => join(folder, "submissions", `${artifact}.safetensors`);
  const adapterPath = (round: number | "initial") => join(folder, "adapters", `${round}.safetensors`);
  const memoryPath = (round: number) => join(folder, "memory", `${round}.safetensors`);
  const blobPrefix = (modelRound: number | null) => `${modelRound ?? "initial"}.`;
  const blobPath = (modelRound: number | null, sha256: string) => join(folder, "blobs", `${blobPrefix(modelRound)}${sha256}`);
  return {
    journal,
    uploads,
    writeSubmission: (artifact, tensors) => writeAtomically(submissionPath(artifact), writeSafetensors(tensors)),
    readSubmission: async (artifact) => readSafetensors(await readFile(submissionPath(artifact))),
    async keepSubmissions(artifacts) {
      const files = await readdir(join(folder, "submissions"));
      const obsolete = files.filter((file) => !artifacts.has(file.replace(/\.safetensors$/, "")));
      await Promise.all(obsolete.map((file) => rm(join(folder, "submissions", file), { force: true })));
    },
    async writeModel(round, { shared, memory }) {
      await writeAtomically(memoryPath(round), writeSafetensors(flatten(memory)));
      await writeAtomically(adapterPath(round), writeSafetensors(shared, { format: "pt" }));
    },
    readModel: async (round) => ({
      shared: readSafetensors(await readFile(adapterPath(round))),
      memory: unflatten(readSafetensors(await readFile(memoryPath(round)))),
    }),
    readInitial: async () => readSafetensors(await readFile(adapterPath("initial"))),
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
