/**
 * Brings federations in that an earlier Duet kept as folders: federations/<id>/ with federation.json, journal.jsonl, submissions/,
 * adapters/ and memory/. Each is in the database wholly or not at all, and its folder is moved aside only then, so that a crash
 * in between costs nothing. What cannot be read is left where it is.
 */
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensorsHeader } from "@duet/lora-core/checkpoints/safetensors";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { refOf } from "./blobStore.ts";
import { type FederationRecord, recordFormat } from "./federationRecord.ts";
import { ensureFolder, isSystemError, syncFolder } from "./files.ts";
import { type JournalEntry, journalFormat } from "./journalEntry.ts";
import type { Storage } from "./openStorage.ts";
import { parseStored, parseStoredJson, StoredFormatError } from "./storedFormat.ts";
import { decodeStoredTensors } from "./storedTensors.ts";

/** Ids of the folders that could not be imported, each with the reason. */
export type ImportFailures = ReadonlyMap<string, unknown>;

/** Imports every folder that is there. @throws {DatabaseFault} or a system error that is about the new place. */
export async function importFolders(storage: Storage): Promise<ImportFailures> {
  const source = join(storage.dataDir, "federations");
  const failures = new Map<string, unknown>();
  for (const name of await foldersIn(source)) {
    const contents = await readdir(join(source, name));
    if (contents.includes("federation.json")) {
      await importFolder(storage, source, name).catch((error) => void failures.set(name, error));
      // Made, but never announced: its initial adapter had not arrived.
    } else if (contents.every((content) => content === "uploads")) await rm(join(source, name), { recursive: true });
  }
  return failures;
}

async function importFolder(storage: Storage, source: string, name: string): Promise<void> {
  const folder = join(source, name);
  const known = await storage.database.selectFrom("federations").select("id").where("id", "=", name).executeTakeFirst();
  if (!known) await insert(storage, await readFolder(folder, name));
  const target = join(storage.dataDir, "imported-federations");
  await ensureFolder(target);
  await rename(folder, join(target, name));
  await syncFolder(target);
}

interface OldFederation {
  readonly record: FederationRecord;
  readonly entries: readonly JournalEntry[];
  /** Content by the name that it has now. */
  readonly artifacts: readonly { readonly name: string; readonly content: Uint8Array }[];
}

async function insert({ federations, blobs }: Storage, { record, entries, artifacts }: OldFederation): Promise<void> {
  const named: (BlobRef & { name: string })[] = [];
  for (const { name, content } of artifacts) {
    const ref = await refOf(content);
    await blobs.put(record.federationId, ref, content);
    named.push({ name, ...ref });
  }
  await federations.add({ record, standing: null, entries, artifacts: named });
}

/** @throws {StoredFormatError} or a system error; nothing is changed. */
async function readFolder(folder: string, name: string): Promise<OldFederation> {
  const record = parseRecord(await readFile(join(folder, "federation.json"), "utf8"));
  if (record.federationId !== name) throw new StoredFormatError(["otherRecord", record.federationId]);
  const entries = parseJournal(await readFile(join(folder, "journal.jsonl")).catch(emptyIfMissing));
  const artifacts: { name: string; content: Uint8Array }[] = [];
  for (const [directory, kind] of [
    ["adapters", "adapter"],
    ["memory", "memory"],
    ["submissions", "submission"],
  ] as const) {
    for (const file of await filesIn(join(folder, directory))) {
      const content = await readFile(join(folder, directory, file));
      const where = `${directory}/${file}`;
      decodeStoredTensors(content, where);
      const stem = file.slice(0, -".safetensors".length);
      artifacts.push({ name: `${kind}/${stem}`, content: kind === "submission" ? valuesOf(content) : content });
    }
  }
  return { record, entries, artifacts };
}

function parseRecord(text: string): FederationRecord {
  const where = "its federation.json";
  const json = parseStoredJson(text, where);
  const { formatVersion: version, ...value } =
    typeof json === "object" && json !== null ? (json as { formatVersion?: unknown }) : {};
  return parseStored(recordFormat, { version, value, where });
}

/** One JSON object a line, with the version of its format as `v`. A line torn by a crash was told to nobody. */
function parseJournal(content: Buffer): readonly JournalEntry[] {
  const length = content.lastIndexOf(0x0a) + 1;
  const lines = content.subarray(0, length).toString("utf8").split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const where = `line ${index + 1} of its journal`;
    const json = parseStoredJson(line, where);
    const { v: version = 1, ...value } = typeof json === "object" && json !== null ? (json as { v?: unknown }) : {};
    return parseStored(journalFormat, { version, value, where });
  });
}

/** Submissions are kept as they came over the wire: the same values in the same order, without a header. */
function valuesOf(file: Uint8Array): Uint8Array {
  return file.subarray(readSafetensorsHeader(file, file.byteLength).dataStart);
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(emptyListIfMissing);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(emptyListIfMissing);
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".safetensors")).map(({ name }) => name);
}

/** @throws every other error. */
function emptyListIfMissing(error: unknown): [] {
  if (isSystemError(error) && error.code === "ENOENT") return [];
  throw error;
}

/** @throws every other error. */
function emptyIfMissing(error: unknown): Buffer {
  emptyListIfMissing(error);
  return Buffer.alloc(0);
}
