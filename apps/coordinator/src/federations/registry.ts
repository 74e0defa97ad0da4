/** All federations of this coordinator: created on request, found again after a restart. */
import type { Readable } from "node:stream";
import type { FederationSummary, ReplyOf, RequestOf } from "@duet/lora-core/protocol/messages";
import type { LinkRole } from "@duet/lora-core/protocol/organiserView";
import type { Received } from "@duet/lora-core/protocol/received";
import type { RefusalSaying } from "@duet/lora-core/protocol/refusalSentences";
import { enrolled } from "@duet/lora-core/rounds/roundState";
import type { Told } from "@duet/lora-core/sayings/saying";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Logger } from "pino";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import type { Clock } from "../ports/clock.ts";
import type { NodeLinks } from "../ports/nodeLinks.ts";
import type { Report } from "../ports/report.ts";
import { createId } from "../ports/secrets.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import { forgetVoidAdmissions } from "../storage/admissions.ts";
import { DamagedArtifactError } from "../storage/artifacts.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import { isSystemError } from "../storage/files.ts";
import { importFolders } from "../storage/importFolders.ts";
import { deleteAbandonedUploads, type Storage } from "../storage/openStorage.ts";
import { LostFederationError } from "../storage/ownership.ts";
import type { Receive } from "../storage/pendingUploads.ts";
import { receivedFrom } from "../storage/receivedFrom.ts";
import { StoredFormatError } from "../storage/storedFormat.ts";
import { createArchive } from "./archive.ts";
import { type Authorise, createAuthorise, verified, wrongCode } from "./authorise.ts";
import { defineFederation } from "./federation.ts";
import { createFederationDrafts } from "./federationDrafts.ts";
import { type FederationRunner, openFederationRunner } from "./federationRunner.ts";
import { grantOfLink } from "./grant.ts";
import type { LinkCodes } from "./linkCodes.ts";
import { firstLinks } from "./links.ts";
import { createRunnerPool } from "./runnerPool.ts";
import { newStanding, standingOf } from "./standing.ts";

export interface RegistryParts {
  readonly storage: Storage;
  readonly codes: LinkCodes;
  readonly catalogue: ModelCatalogue;
  readonly compute: ComputeThreads;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Tally;
  /** Null where figures go nowhere else. */
  readonly report: Report | null;
  /** What is under way to other nodes. */
  readonly links: NodeLinks;
  readonly maxFederations: number;
  /** Rounds before the newest whose shared adapters are kept. */
  readonly keepRounds: number;
  /** Federations that ended so long ago are archived; null keeps them. */
  readonly archiveAfterDays: number | null;
}

export interface FederationRegistry {
  /**
   * Where the config names an adapter to start from, the federation is there once that was received.
   * @throws {Refusal} for what {@link defineFederation} refuses, when there is no room, STORAGE_FAILED.
   */
  create(request: RequestOf<"federation:create">): Promise<ReplyOf<"federation:create">>;
  /** How its organiser uploads the adapter that a new federation starts from. @throws {Refusal} as `authorise`. */
  initialUpload(federationId: string, organiserKey: string): Promise<Receive>;
  /**
   * Opens it if need be.
   * @throws {Refusal} NOT_FOUND, NOT_READABLE for one that is stored here and cannot be opened, STORAGE_FAILED.
   */
  find(federationId: string): Promise<FederationRunner>;
  /** Where it runs: null here, also where there is none, else the address of the node that runs it. */
  placeOf(federationId: string): Promise<string | null>;
  /** Opens it for who may. */
  readonly authorise: Authorise;
  /** All that is kept of a federation, for its organiser, as a tar file. @throws {Refusal} as `authorise`. */
  export(federationId: string, organiserKey: string): Promise<Readable>;
  /** What is on record that one of its clients sent, for who may watch. @throws {Refusal} as `authorise`; NOT_FOUND */
  received(federationId: string, code: string, clientId: string): Promise<Received>;
  /** Deletes a federation that has ended, for its organiser. @throws {Refusal} as `authorise`; STILL_RUNNING */
  delete(federationId: string, organiserKey: string): Promise<void>;
  /** Those whose organisers want them listed, newest first. */
  list(): Promise<readonly FederationSummary[]>;
  /** How many there are. */
  readonly size: number;
  /** How many are stored that could not be opened when somebody tried to. */
  readonly unreadable: number;
  /** Of those that are open now. */
  readonly openNow: { readonly federations: number; readonly clients: number };
  close(): Promise<void>;
}

/** Imports what an earlier Duet left, and sets going what was under way; that goes on after this resolves. */
export async function openFederationRegistry(parts: RegistryParts): Promise<FederationRegistry> {
  const { storage, codes, catalogue, compute, clock, logger, tally, report, links } = parts;
  const { maxFederations, keepRounds, archiveAfterDays } = parts;
  const { federations, ownership } = storage;
  const unreadable = new Map<string, Reason>();
  let isClosed = false;

  const noteUnreadable = (federationId: string, error: unknown): Reason => {
    logger.error({ federation: federationId, error: String(error) }, "This federation cannot be opened");
    const reason = reasonOf(error);
    unreadable.set(federationId, reason);
    return reason;
  };
  for (const [federationId, error] of await importFolders(storage)) noteUnreadable(federationId, error);
  await federations.renew();
  await forgetVoidAdmissions(storage.database, clock.now());
  await deleteAbandonedUploads(storage);
  /** Stored ones and those that are being stored: they count before anything is awaited. */
  let size = await federations.count();

  const pool = createRunnerPool({
    clock,
    async open(federationId) {
      const found = await federations.find(federationId);
      if (!found) throw new Refusal("NOT_FOUND", ["noFederation"]);
      const { record, isAwake: wasAwake } = found;
      const federation = defineFederation(record.config, catalogue);
      const contents = await storage.open(federationId);
      const { write } = contents.hold;
      if (!wasAwake) await federations.wake(federationId, write);
      const saveRecord = (changed: FederationRecord) => federations.update(changed, write);
      const kept = { record, saveRecord, codes, federation };
      return openFederationRunner({ ...contents, ...kept, wasAwake, keepRounds, compute, clock, logger, tally, report });
    },
    async close(runner) {
      try {
        const { isQuiet, write } = runner;
        await runner.close();
        if (isQuiet) await federations.sleep(runner.id, standingOf(runner), write);
        await ownership.release(runner.id);
      } catch (error) {
        logger.error({ federation: runner.id, error: String(error) }, "This federation could not be closed well");
      }
    },
  });

  async function find(federationId: string): Promise<FederationRunner> {
    const opened = pool.opened(federationId);
    const known = unreadable.get(federationId);
    if (!opened && known !== undefined) throw notReadable(known);
    try {
      return await pool.get(federationId);
    } catch (error) {
      if (error instanceof Refusal && error.code === "NOT_FOUND" && !(await isStored(federationId))) throw error;
      if (error instanceof LostFederationError) throw error;
      if (isSystemError(error)) throw storageFailed(error, "A federation could not be read");
      const reason = noteUnreadable(federationId, error);
      await ownership.leaveToOthers(federationId).catch((failed) => {
        logger.error({ federation: federationId, error: String(failed) }, "This federation could not be left to other nodes");
      });
      throw notReadable(reason);
    }
  }
  const isStored = (federationId: string) => federations.find(federationId).then(Boolean, () => true);

  const storageFailed = (error: unknown, what: string) => {
    logger.error({ error: String(error) }, what);
    return new Refusal("STORAGE_FAILED", ["federationNotStored"]);
  };
  /** @throws {Refusal} STORAGE_FAILED when the system cannot. */
  const stored = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      throw isSystemError(error) ? storageFailed(error, "A federation could not be stored") : error;
    }
  };

  const make = async (record: FederationRecord, initial: NamedTensors | null) => {
    size += 1;
    await storage.create(record, newStanding(record), initial).catch((error) => {
      size -= 1;
      throw error;
    });
  };
  const drafts = createFederationDrafts({ storage, compute, clock, make });

  const remove = (federationId: string) =>
    pool.closeAnd(federationId, async () => {
      await storage.delete(federationId);
      size -= 1;
    });
  const exported = async (runner: FederationRunner) => runner.export(await stored(() => storage.entries(runner.id)));
  const archive = createArchive({
    storage,
    clock,
    logger,
    afterDays: archiveAfterDays,
    exported: async (federationId) => exported(await find(federationId)),
    remove,
  });

  const authorise = createAuthorise({ codes, find });
  const asOrganiser = async (federationId: string, organiserKey: string) =>
    (await authorise(federationId, organiserKey, "organiser")).runner;

  /** Sets going what is under way, unless another node runs it. */
  const resume = async (federationId: string): Promise<void> => {
    if (!isClosed && (await ownership.placeOf(federationId)) === null) await find(federationId).catch(() => undefined);
  };
  const resumed = (async () => {
    for (const federationId of await federations.awake()) await resume(federationId);
  })().catch((error) => logger.error({ error: String(error) }, "What was under way could not be resumed"));

  ownership.watch({
    lost(federationId) {
      pool.opened(federationId)?.endAll();
      void pool.closeAnd(federationId, async () => {});
    },
    orphaned: (federationId) => resume(federationId),
    living: (nodes) => links.keepOnly(nodes),
  });

  return {
    placeOf: (federationId) => ownership.placeOf(federationId),
    async create({ config, joining, listing }) {
      if (size + drafts.size >= maxFederations) {
        throw new Refusal("RATE_LIMITED", ["federationsFull", maxFederations]);
      }
      const federation = defineFederation(config, catalogue);
      const federationId = createId();
      const links = firstLinks(clock.now());
      const record: FederationRecord = { federationId, createdAt: clock.now(), config, links, joining, listing };
      await stored(async () => {
        // Both count it before anything is awaited.
        await (config.initialAdapter === null ? make(record, null) : drafts.add(record, federation));
        // A draft is here alone: who uploads its adapter is passed on to this node.
        await ownership.hold(federationId);
      });
      const code = (role: LinkRole) => {
        const { generation, expiresAt } = links[role];
        return codes.sign({ federationId, role, generation, expiresAt: expiresAt ?? 0 });
      };
      return {
        federationId,
        inviteToken: await code("invite"),
        watchToken: await code("watch"),
        organiserKey: await code("organiser"),
      };
    },
    async initialUpload(federationId, organiserKey) {
      const draft = drafts.record(federationId);
      if (draft) {
        const claims = await verified(codes, federationId, organiserKey);
        const grant = grantOfLink(draft.links, organiserKey, claims, clock.now());
        if (grant?.kind !== "link" || grant.role !== "organiser") throw wrongCode();
        const receive = drafts.upload(federationId);
        return (blob, piece) => stored(() => receive(blob, piece));
      }
      const made = await asOrganiser(federationId, organiserKey);
      return async ({ sha256, bytes }) => {
        if (sha256 === made.record.config.initialAdapter) return bytes;
        throw new Refusal("INVALID_ADAPTER", ["hasItsStart"]);
      };
    },
    find,
    authorise,
    export: async (federationId, organiserKey) => exported(await asOrganiser(federationId, organiserKey)),
    async received(federationId, code, clientId) {
      const { runner } = await authorise(federationId, code, "watch");
      if (!enrolled(runner.state, clientId)) throw new Refusal("NOT_FOUND", ["noClientInFederation"]);
      const records = await stored(() => receivedFrom(storage.database, runner.id, clientId));
      return { federationId: runner.id, clientId, items: records.map(({ item }) => item) };
    },
    async delete(federationId, organiserKey) {
      const runner = await asOrganiser(federationId, organiserKey);
      if (runner.state.endedAt === null) throw new Refusal("STILL_RUNNING", ["stillRunning"]);
      await stored(() => remove(federationId));
      logger.info({ federation: federationId }, "The organiser deleted this federation");
    },
    async list() {
      const rows = await federations.list();
      // How those stand that were under way is known once they are open again.
      if (rows.some(({ federationId, isAwake }) => isAwake && !pool.opened(federationId))) await resumed;
      return rows.flatMap(({ federationId, summary }) => {
        if (unreadable.has(federationId)) return [];
        const runner = pool.opened(federationId);
        const current = runner ? standingOf(runner).summary : summary;
        return current ? [current] : [];
      });
    },
    get size() {
      return size;
    },
    get unreadable() {
      return unreadable.size;
    },
    get openNow() {
      const open = pool.all();
      return { federations: open.length, clients: open.reduce((sum, { members }) => sum + members.present, 0) };
    },
    async close() {
      isClosed = true;
      drafts.close();
      await archive.close();
      await resumed;
      await pool.close();
    },
  };
}

/** Why a stored federation could not be opened, for people; as data where that is known. */
type Reason = string | Told;

function notReadable(reason: Reason): Refusal {
  return new Refusal("NOT_READABLE", ["notOpened", reason]);
}

function reasonOf(error: unknown): Reason {
  const isAboutModel = error instanceof Refusal && (error.code === "MODEL_MISMATCH" || error.code === "NOT_FOUND");
  if (isAboutModel || error instanceof StoredFormatError || error instanceof DamagedArtifactError) {
    return error.told ?? error.message;
  }
  const saying: RefusalSaying = ["otherVersionOrDamaged"];
  return saying as Told;
}
