/** All federations of this coordinator: restored at the start, created on request. */
import { join } from "node:path";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FederationSummary, ReplyOf } from "@duet/lora-core/protocol/messages";
import { openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { phaseOf } from "@duet/lora-core/rounds/roundView";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Logger } from "pino";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import type { Clock } from "../ports/clock.ts";
import { createId, createToken, hashToken } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import {
  createFederationFolder,
  deleteAbandonedDrafts,
  type FederationRecord,
  listFederationFolders,
  openFederationFolder,
} from "../storage/federationStore.ts";
import { ensureFolder, isSystemError } from "../storage/files.ts";
import type { Receive } from "../storage/pendingUploads.ts";
import { StoredFormatError } from "../storage/storedFormat.ts";
import { defineFederation } from "./federation.ts";
import { createFederationDrafts } from "./federationDrafts.ts";
import { type FederationRunner, openFederationRunner } from "./federationRunner.ts";

export interface RegistryParts {
  readonly dataDir: string;
  readonly catalogue: ModelCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxFederations: number;
}

export interface FederationRegistry {
  /**
   * Where the config names an adapter to start from, the federation is there once that was received.
   * @throws {Refusal} for what {@link defineFederation} refuses, when there is no room, STORAGE_FAILED.
   */
  create(config: FederationConfig): Promise<ReplyOf<"federation:create">>;
  /** How its organiser uploads the adapter that a new federation starts from. @throws {Refusal} NOT_FOUND, FORBIDDEN */
  initialUpload(federationId: string, organiserKey: string): Receive;
  /** @throws {Refusal} NOT_FOUND, or NOT_READABLE for one that is stored here and could not be opened. */
  find(federationId: string): FederationRunner;
  /** Newest first. */
  list(): readonly FederationSummary[];
  /** How many are stored that could not be opened. */
  readonly unreadable: number;
  close(): Promise<void>;
}

/** Opens every federation in the data folder; one that cannot be read is logged, refused with the reason, and its files stay. */
export async function openFederationRegistry(parts: RegistryParts): Promise<FederationRegistry> {
  const { catalogue, clock, logger, maxFederations } = parts;
  const folder = join(parts.dataDir, "federations");
  await ensureFolder(folder);
  const runners = new Map<string, FederationRunner>();
  const unreadable = new Map<string, string>();

  const openRunner = async (federationId: string) => {
    const opened = await openFederationFolder(join(folder, federationId));
    const federation = defineFederation(opened.record.config, catalogue);
    const runner = await openFederationRunner({ ...opened, federation, clock, logger });
    runners.set(federationId, runner);
  };
  const make = async (record: FederationRecord, initial: NamedTensors | null) => {
    await createFederationFolder(join(folder, record.federationId), record, initial);
    await openRunner(record.federationId);
  };
  const drafts = createFederationDrafts({ folder, clock, make });
  /** @throws {Refusal} STORAGE_FAILED when the system cannot. */
  const stored = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      logger.error({ error: String(error) }, "A federation could not be stored");
      throw new Refusal("STORAGE_FAILED", "The coordinator could not store the federation; please try again");
    }
  };

  await deleteAbandonedDrafts(folder);
  for (const federationId of await listFederationFolders(folder)) {
    await openRunner(federationId).catch((error) => {
      logger.error({ federation: federationId, error: String(error) }, "This federation could not be restored");
      unreadable.set(federationId, reasonOf(error));
    });
  }

  return {
    async create(config) {
      if (runners.size + drafts.size >= maxFederations) {
        throw new Refusal("RATE_LIMITED", `This coordinator already holds ${maxFederations} federations`);
      }
      const federation = defineFederation(config, catalogue);
      const federationId = createId();
      const tokens = { inviteToken: createToken(), watchToken: createToken(), organiserKey: createToken() };
      const record: FederationRecord = {
        federationId,
        createdAt: clock.now(),
        config,
        inviteHash: hashToken(tokens.inviteToken),
        organiserHash: hashToken(tokens.organiserKey),
        watchToken: tokens.watchToken,
      };
      await stored(() => (config.initialAdapter === null ? make(record, null) : drafts.add(record, federation)));
      return { federationId, ...tokens };
    },
    initialUpload(federationId, organiserKey) {
      const made = runners.get(federationId);
      if (!made) {
        const receive = drafts.upload(federationId, organiserKey);
        return (blob, piece) => stored(() => receive(blob, piece));
      }
      made.assertOrganiser(organiserKey);
      return async ({ sha256, bytes }) => {
        if (sha256 === made.record.config.initialAdapter) return bytes;
        throw new Refusal("INVALID_ADAPTER", "This federation has what it starts from");
      };
    },
    find(federationId) {
      const runner = runners.get(federationId);
      if (runner) return runner;
      const reason = unreadable.get(federationId);
      throw reason === undefined
        ? new Refusal("NOT_FOUND", "There is no such federation here")
        : new Refusal("NOT_READABLE", `This federation cannot be opened any more: ${reason}`);
    },
    unreadable: unreadable.size,
    list: () => [...runners.values()].sort((a, b) => b.record.createdAt - a.record.createdAt).map(summaryOf),
    async close() {
      drafts.close();
      await Promise.all([...runners.values()].map((runner) => runner.close()));
    },
  };
}

/** Why a stored federation could not be opened, for people. */
function reasonOf(error: unknown): string {
  const isAboutModel = error instanceof Refusal && (error.code === "MODEL_MISMATCH" || error.code === "NOT_FOUND");
  if (isAboutModel || error instanceof StoredFormatError) return error.message;
  return "it was stored by another version of Duet, or its files are damaged";
}

function summaryOf({ record, state }: FederationRunner): FederationSummary {
  const open = openRoundOf(state);
  return {
    federationId: record.federationId,
    name: record.config.name,
    phase: phaseOf(state),
    round: open && specOf(state, open).round,
    rounds: record.config.budgets.rounds,
    clients: state.clients.filter(({ status }) => status !== "left").length,
    accuracy: meanAccuracy(state),
    watchToken: record.watchToken,
  };
}

/** Mean over clients of the newest accuracy of the adapter that each would serve. */
function meanAccuracy({ clients }: RoundState): number | null {
  const newest = clients.flatMap(({ history }) => {
    const accuracy = history.at(-1)?.metrics.accuracy;
    const value = accuracy?.fused ?? accuracy?.shared ?? accuracy?.personal ?? null;
    return value === null ? [] : [value];
  });
  return newest.length === 0 ? null : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}
