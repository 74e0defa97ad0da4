/**
 * What is kept of one federation besides its record: its journal, and these artifacts, each a blob under a name.
 *
 *   submission/<artifact>     what a client sent in the open round, as it came; dropped once aggregated
 *   adapter/initial           the adapter it started from, where one was brought
 *   adapter/<round>           the shared adapter after each of the last rounds, as safetensors
 *   memory/<round>            what else the method remembers, as safetensors with keys "<name>/<tensor>"
 *   offer/<round>/<sha256>    what clients fetch of the shared adapter after that round; dropped after the next one
 */
import { rm } from "node:fs/promises";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import type { Admissions } from "./admissions.ts";
import { type Artifacts, DamagedArtifactError } from "./artifacts.ts";
import type { Journal } from "./journal.ts";
import type { ModelFiles, ModelRefs } from "./modelFiles.ts";
import type { PendingUploads } from "./pendingUploads.ts";

export interface FederationStore {
  readonly journal: Journal;
  readonly uploads: PendingUploads;
  readonly admissions: Admissions;
  /** Moves a file in that is known to have this content. It stays until {@link settleSubmission}, whoever keeps others. */
  adoptSubmission(artifact: string, ref: BlobRef, file: string): Promise<void>;
  /** Path of what a client sent, as it came, checked just now. @throws {DamagedSubmissionError} */
  submissionFile(artifact: string): Promise<string>;
  /** The journal has the submission, or will never have it: from now on {@link keepSubmissions} decides. */
  settleSubmission(artifact: string): void;
  /** Drops every settled submission but these. */
  keepSubmissions(artifacts: ReadonlySet<string>): Promise<void>;
  /**
   * Keeps the state after a round that `write` has written where it was told to. The memory first, so where the adapter is, everything is.
   * @throws what `write` throws, or a system error; what was written and not kept is deleted then.
   */
  writeModel<T extends { readonly refs: ModelRefs }>(round: number, write: (files: ModelFiles) => Promise<T>): Promise<T>;
  /** Paths of the state after that round, checked just now. @throws {DamagedArtifactError} */
  modelFiles(round: number): Promise<ModelFiles>;
  /** Path of the adapter that it started from, checked just now. @throws {DamagedArtifactError} where it started from its seed, too. */
  initialFile(): Promise<string>;
  /** Path of the shared adapter after that round, or of the initial one, checked just now; null when it is not kept. */
  adapterFile(round: number | "initial"): Promise<string | null>;
  /** What {@link adapterFile} has. */
  adapterRounds(): readonly (number | "initial")[];
  /** Has it ready for clients while `modelRound` has the newest shared adapter. */
  offer(modelRound: number | null, content: Uint8Array, ref: BlobRef): Promise<void>;
  /** Path of what is offered under this name, checked just now; null when it is not, or not any more: then it can be offered again. */
  offeredFile(modelRound: number | null, sha256: string): Promise<string | null>;
  /** There is one, unless its file turns out to be damaged. */
  offers(modelRound: number | null, sha256: string): boolean;
  /** Drops what is no longer needed now that `modelRound` has the newest shared adapter, but the `rounds` before it. */
  retain(modelRound: number | null, rounds: number): Promise<void>;
  close(): Promise<void>;
}

/** What a client sent is not there any more, or not as it was. */
export class DamagedSubmissionError extends Error {
  override readonly name = "DamagedSubmissionError";
  readonly artifact: string;

  constructor(artifact: string, message: string) {
    super(message);
    this.artifact = artifact;
  }
}

/** Name of the adapter that a federation started from. */
export const INITIAL_ADAPTER = "adapter/initial";

export interface StoreParts {
  readonly journal: Journal;
  readonly artifacts: Artifacts;
  readonly uploads: PendingUploads;
  readonly admissions: Admissions;
}

export function createFederationStore({ journal, artifacts, uploads, admissions }: StoreParts): FederationStore {
  const submissionName = (artifact: string) => `submission/${artifact}`;
  const adapterName = (round: number | "initial") => `adapter/${round}`;
  const memoryName = (round: number) => `memory/${round}`;
  const offers = (modelRound: number | null) => `offer/${modelRound ?? "initial"}/`;
  /** On disk, and not in the journal yet. */
  const fresh = new Set<string>();

  const fileOrNull = async (name: string) => (artifacts.refOf(name) ? artifacts.file(name) : null);
  const submissionFile = async (artifact: string) => {
    try {
      return await artifacts.file(submissionName(artifact));
    } catch (error) {
      if (error instanceof DamagedArtifactError) throw new DamagedSubmissionError(artifact, error.message);
      throw error;
    }
  };

  return {
    journal,
    uploads,
    admissions,
    async adoptSubmission(artifact, ref, file) {
      fresh.add(artifact);
      await artifacts.adopt(submissionName(artifact), ref, file);
    },
    submissionFile,
    settleSubmission: (artifact) => void fresh.delete(artifact),
    async keepSubmissions(needed) {
      const kept = new Set([...needed, ...fresh].map(submissionName));
      await artifacts.drop(artifacts.names().filter((name) => name.startsWith("submission/") && !kept.has(name)));
    },
    async writeModel(round, write) {
      const files = { adapter: await artifacts.draft(), memory: await artifacts.draft() };
      try {
        const written = await write(files);
        await artifacts.adopt(memoryName(round), written.refs.memory, files.memory);
        await artifacts.adopt(adapterName(round), written.refs.adapter, files.adapter);
        return written;
      } catch (error) {
        await Promise.all(Object.values(files).map((file) => rm(file, { force: true })));
        throw error;
      }
    },
    modelFiles: async (round) => ({
      adapter: await artifacts.file(adapterName(round)),
      memory: await artifacts.file(memoryName(round)),
    }),
    initialFile: () => artifacts.file(INITIAL_ADAPTER),
    adapterFile: (round) => fileOrNull(adapterName(round)),
    adapterRounds: () =>
      artifacts.names().flatMap((name) => {
        const round = /^adapter\/(\d+|initial)$/.exec(name)?.[1];
        return round === undefined ? [] : [round === "initial" ? round : Number(round)];
      }),
    async offer(modelRound, content, ref) {
      const name = `${offers(modelRound)}${ref.sha256}`;
      if (!artifacts.refOf(name)) await artifacts.write(name, content, ref);
    },
    offers: (modelRound, sha256) => artifacts.refOf(`${offers(modelRound)}${sha256}`) !== null,
    async offeredFile(modelRound, sha256) {
      const name = `${offers(modelRound)}${sha256}`;
      try {
        return await fileOrNull(name);
      } catch (error) {
        if (!(error instanceof DamagedArtifactError)) throw error;
        await artifacts.drop([name]);
        return null;
      }
    },
    async retain(modelRound, rounds) {
      const isObsolete = (name: string) => {
        if (name.startsWith("offer/")) return !name.startsWith(offers(modelRound));
        const round = /^(?:adapter|memory)\/(\d+)$/.exec(name)?.[1];
        return round !== undefined && modelRound !== null && Number(round) < modelRound - rounds;
      };
      await artifacts.drop(artifacts.names().filter(isObsolete));
    },
    close: () => journal.close(),
  };
}
