/** All federations of this coordinator: restored at the start, created on request. */
import { join } from "node:path";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FederationSummary, ReplyOf } from "@duet/lora-core/protocol/messages";
import { openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { phaseOf } from "@duet/lora-core/rounds/roundView";
import type { Logger } from "pino";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import type { Clock } from "../ports/clock.ts";
import { createId, createToken, hashToken } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import { createFederationFolder, listFederationFolders, openFederationFolder } from "../storage/federationStore.ts";
import { ensureFolder, isSystemError } from "../storage/files.ts";
import { checkedInitial } from "./adapterCheck.ts";
import { defineFederation } from "./federation.ts";
import { type FederationRunner, openFederationRunner } from "./federationRunner.ts";

export interface RegistryParts {
  readonly dataDir: string;
  readonly catalogue: ModelCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxFederations: number;
}

export interface FederationRegistry {
  /** @throws {Refusal} for what {@link defineFederation} and {@link checkedInitial} refuse, and when there is no room. */
  create(config: FederationConfig, initialAdapter: Uint8Array | null): Promise<ReplyOf<"federation:create">>;
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

  for (const federationId of await listFederationFolders(folder)) {
    await openRunner(federationId).catch((error) => {
      logger.error({ federation: federationId, error: String(error) }, "This federation could not be restored");
      unreadable.set(federationId, reasonOf(error));
    });
  }

  return {
    async create(config, initialAdapter) {
      if (runners.size >= maxFederations) {
        throw new Refusal("RATE_LIMITED", `This coordinator already holds ${maxFederations} federations`);
      }
      const initial = checkedInitial(defineFederation(config, catalogue), initialAdapter);
      const federationId = createId();
      const tokens = { inviteToken: createToken(), watchToken: createToken(), organiserKey: createToken() };
      try {
        const record = {
          formatVersion: 1 as const,
          federationId,
          createdAt: clock.now(),
          config,
          inviteHash: hashToken(tokens.inviteToken),
          organiserHash: hashToken(tokens.organiserKey),
          watchToken: tokens.watchToken,
        };
        await createFederationFolder(join(folder, federationId), record, initial);
        await openRunner(federationId);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        logger.error({ error: String(error) }, "A federation could not be stored");
        throw new Refusal("STORAGE_FAILED", "The coordinator could not store the federation; please try again");
      }
      return { federationId, ...tokens };
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
      await Promise.all([...runners.values()].map((runner) => runner.close()));
    },
  };
}

/** Why a stored federation could not be opened, for people. */
function reasonOf(error: unknown): string {
  const isAboutModel = error instanceof Refusal && (error.code === "MODEL_MISMATCH" || error.code === "NOT_FOUND");
  return isAboutModel ? error.message : "it was stored by another version of Duet, or its files are damaged";
}

function summaryOf({ record, state }: FederationRunner): FederationSummary {
  const open = openRoundOf(state);
  return {
    federationId: record.federationId,
    name: record.config.name,
    phase: phaseOf(state),
    round: open && specOf(state, open).round,
    rounds: record.config.budgets.rounds,
    clients: state.members.filter(({ status }) => status !== "left").length,
    accuracy: meanAccuracy(state),
    watchToken: record.watchToken,
  };
}

/** Mean over clients of the newest accuracy of the adapter that each would serve. */
function meanAccuracy({ members }: RoundState): number | null {
  const newest = members.flatMap(({ history }) => {
    const accuracy = history.at(-1)?.metrics.accuracy;
    const value = accuracy?.fused ?? accuracy?.shared ?? accuracy?.personal ?? null;
    return value === null ? [] : [value];
  });
  return newest.length === 0 ? null : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}
