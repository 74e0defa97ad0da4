/**
 * One event at a time: journal it, apply it, carry out what the machine asks for. What nobody waits for (timers, results of
 * aggregation) is tried again until it is on disk, so a full disk delays a federation but does not break it.
 */

import { MAX_MODULE_ERRORS } from "@duet/lora-core/protocol/limits";
import { exchangeArtifacts } from "@duet/lora-core/rounds/exchange";
import type { RoundCommand } from "@duet/lora-core/rounds/roundEvents";
import type { RoundSaying } from "@duet/lora-core/rounds/roundSentences";
import { clipOf, exchangeOf, openRoundOf, type RoundState } from "@duet/lora-core/rounds/roundState";
import type { AggregationError } from "@duet/lora-core/strategies/aggregationError";
import type { ClientStanding } from "@duet/lora-core/strategies/updateStanding";
import type { Logger } from "pino";
import { ComputeClosedError } from "../compute/computeThreads.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { createLoopTurns } from "../ports/loopTurns.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import { DamagedSubmissionError, type FederationStore } from "../storage/federationStore.ts";
import { isSystemError } from "../storage/files.ts";
import type { Journal } from "../storage/journal.ts";
import type { Happening, RoundLog } from "./roundLog.ts";
import type { Gauge, SharedModel } from "./sharedModel.ts";

const STORAGE_RETRY_MS = 5_000;
/** Events that are applied in one go; then the event loop is free for others, as it is not while one promise resolves the next. */
const MAX_TOGETHER = 8;
const nextTurn = createLoopTurns(1);

export interface LoopParts {
  readonly log: RoundLog;
  readonly model: SharedModel;
  readonly store: FederationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: Pick<Tally, "aggregationFailed">;
  /** Called after every change of the state or of {@link FederationLoop.storageFault}. */
  readonly onChange: (before: RoundState) => void;
}

/** An event that is applied together with others. */
interface Waiting {
  readonly happening: Happening;
  readonly isWanted: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class FederationLoop {
  readonly #parts: LoopParts;
  readonly #timers = new Map<string, Cancel>();
  readonly #aggregations = new Set<Promise<void>>();
  /** Stored adapters of closed rounds that are still being gauged. */
  readonly #gauged = new Set<string>();
  readonly #together: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** Why nothing can be written, one sentence; null while all is well. */
  storageFault: RoundSaying | null = null;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  get state(): RoundState {
    return this.#parts.log.state;
  }

  /** @throws {Refusal} FEDERATION_ENDED */
  assertRunning(): void {
    if (this.state.endedAt !== null) throw new Refusal("FEDERATION_ENDED", ["hasEnded"]);
  }

  /** Nothing is under way and nothing will happen by itself. */
  get isQuiet(): boolean {
    return this.#timers.size === 0 && this.#aggregations.size === 0;
  }

  /** After a restart: nobody is connected yet, and whatever was under way goes on. */
  async restart(): Promise<void> {
    await this.#deleteBut(artifactsOf(this.state));
    await this.inTurn(() => this.apply({ type: "restarted" })).catch(() => this.applyReliably({ type: "restarted" }));
    this.#run(this.#parts.log.pending());
  }

  /** Runs work when all earlier work is done. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Call in turn only. An event that changes nothing is dropped. @throws {Refusal} STORAGE_FAILED; nothing happened then. */
  apply(happening: Happening, resumeHash?: string): Promise<void> {
    return this.#applyAll([{ happening, ...(resumeHash ? { resumeHash } : {}) }]);
  }

  /**
   * Applies it in its turn, in one write with everything else that waits for it then. `isWanted` is asked just before; false changes
   * nothing, and what it throws is thrown here. @throws {Refusal} as {@link apply}
   */
  applyTogether(happening: Happening, isWanted: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#together.push({ happening, isWanted, resolve, reject });
      if (this.#together.length === 1) void this.inTurn(() => this.#applyWaiting());
    });
  }

  /** For what nobody waits for: tried again until it is on disk, or `isObsolete` says that it no longer holds. */
  applyReliably(happening: Happening, isObsolete = () => false): void {
    this.inTurn(async () => {
      if (!this.#isClosed && !isObsolete()) await this.apply(happening);
    }).catch((error) => {
      this.#parts.logger.error({ error: String(error) }, "An event is tried again");
      if (this.#isClosed) return;
      const retryAt = this.#parts.clock.now() + STORAGE_RETRY_MS;
      this.#setTimer(`retry:${JSON.stringify(happening)}`, retryAt, () => this.applyReliably(happening, isObsolete));
    });
  }

  /** Call in turn only; see Journal.rewrite. @throws {Refusal} STORAGE_FAILED; nothing was changed then. */
  rewrite(change: Parameters<Journal["rewrite"]>[0]): Promise<void> {
    return this.stored(() => this.#parts.store.journal.rewrite(change));
  }

  /** Does something that writes. @throws {Refusal} STORAGE_FAILED when the system cannot. */
  async stored<T>(write: () => Promise<T>): Promise<T> {
    try {
      const result = await write();
      this.storageFault = null;
      return result;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#parts.logger.error({ error: String(error) }, "Cannot write");
      this.storageFault = ["diskFault", error.code ?? error.message];
      this.#parts.onChange(this.state);
      throw new Refusal("STORAGE_FAILED", ["couldNotStore"]);
    }
  }

  /** Stops timers and waits for what is being written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#timers.values()) cancel();
    await Promise.all(this.#aggregations);
    await this.#turn;
  }

  async #applyWaiting(): Promise<void> {
    await nextTurn();
    const first = this.#together.splice(0, MAX_TOGETHER);
    if (this.#together.length > 0) void this.inTurn(() => this.#applyWaiting());
    const wanted = first.filter(({ isWanted, resolve, reject }) => {
      try {
        if (isWanted()) return true;
        resolve();
      } catch (error) {
        reject(error);
      }
      return false;
    });
    await this.#applyAll(wanted).then(
      () => wanted.forEach(({ resolve }) => void resolve()),
      (error) => wanted.forEach(({ reject }) => void reject(error)),
    );
  }

  async #applyAll(all: readonly { readonly happening: Happening; readonly resumeHash?: string }[]): Promise<void> {
    if (all.length === 0) return;
    const before = this.state;
    const at = this.#parts.clock.now();
    const entries = all.map(({ happening, resumeHash }) => ({
      event: { ...happening, at },
      ...(resumeHash ? { resumeHash } : {}),
    }));
    const commands = await this.stored(() => this.#parts.log.apply(entries));
    if (this.state.modelRound !== before.modelRound) this.#parts.model.adopt(this.state.modelRound);
    this.#run(commands);
    if (this.state === before) return;
    this.#parts.onChange(before);
    await this.#deleteUnused(before);
  }

  #run(commands: readonly RoundCommand[]): void {
    if (this.#isClosed) return;
    for (const command of commands) {
      switch (command.type) {
        case "startTimer":
          this.#setTimer(command.key, command.at, () => this.applyReliably(command.event));
          break;
        case "cancelTimer":
          this.#timers.get(command.key)?.();
          this.#timers.delete(command.key);
          break;
        case "aggregate": {
          const aggregation = this.#aggregate(command).finally(() => this.#aggregations.delete(aggregation));
          this.#aggregations.add(aggregation);
          break;
        }
        default:
          command satisfies never;
      }
    }
  }

  #setTimer(key: string, at: number, callback: () => void): void {
    this.#timers.get(key)?.();
    const fire = () => {
      this.#timers.delete(key);
      callback();
    };
    this.#timers.set(key, this.#parts.clock.at(at, fire));
  }

  /** The round goes on as soon as it is aggregated; how far that is from the mean is told when it is known. */
  async #aggregate({ type: _, ...work }: Extract<RoundCommand, { type: "aggregate" }>): Promise<void> {
    const { round, inputs } = work;
    const artifacts = inputs.map(({ artifact }) => artifact);
    const whole = { ...work, identities: identityKeys(this.state), clip: clipOf(this.state) };
    try {
      if (work.forStatistics) {
        const statistics = await this.#parts.model.count(whole);
        this.applyReliably({ type: "counted", round, statistics });
        return;
      }
      const { standings, means, gauge } = await this.#parts.model.aggregate(whole);
      if (gauge) for (const artifact of artifacts) this.#gauged.add(artifact);
      const told = { moduleErrors: [], standings: standings.map(toldStanding), means };
      this.applyReliably({ type: "aggregated", round, error: null, ...told });
      if (gauge) await this.#gauge(round, gauge);
      for (const artifact of artifacts) this.#gauged.delete(artifact);
      await this.inTurn(() => this.#deleteBut(artifactsOf(this.state)));
    } catch (error) {
      const damaged = error instanceof DamagedSubmissionError && inputs.find(({ artifact }) => artifact === error.artifact);
      if (damaged) {
        this.#parts.logger.error({ round, client: damaged.clientId, error: String(error) }, "A contribution is damaged");
        this.applyReliably({ type: "submissionDamaged", clientId: damaged.clientId, round });
        return;
      }
      if (error instanceof ComputeClosedError) return;
      this.#parts.tally.aggregationFailed();
      const cause = isSystemError(error) ? "storage" : "method";
      this.#parts.logger.error({ round, cause, error: String(error) }, "Aggregation failed");
      const reason = error instanceof Error ? error.message : "unknown reason";
      this.applyReliably({ type: "aggregationFailed", round, cause, reason });
    }
  }

  /** A gauge that cannot be made is done without. */
  async #gauge(round: number, gauge: Gauge): Promise<void> {
    try {
      const error = await gauge();
      if (error) this.applyReliably({ type: "gauged", round, ...toldErrors(error) });
    } catch (error) {
      if (!(error instanceof ComputeClosedError))
        this.#parts.logger.warn({ round, error: String(error) }, "A round was not gauged");
    }
  }

  /** Single contributions are not kept longer than they are needed. */
  async #deleteUnused(before: RoundState): Promise<void> {
    const needed = artifactsOf(this.state);
    if ([...artifactsOf(before)].some((artifact) => !needed.has(artifact))) await this.#deleteBut(needed);
  }

  async #deleteBut(needed: ReadonlySet<string>): Promise<void> {
    await this.#parts.store.keepSubmissions(new Set([...needed, ...this.#gauged])).catch((error) => {
      this.#parts.logger.warn({ error: String(error) }, "Old submissions could not be deleted");
    });
  }
}

/** Four digits are told of a figure. */
const told = (value: number) => Number(value.toPrecision(4));

function toldStanding(standing: ClientStanding): ClientStanding {
  const { norm, rows, cosine } = standing;
  return { ...standing, norm: norm && told(norm), rows: rows && told(rows), cosine: cosine && told(cosine) };
}

/** What everyone is told of an aggregation error: it, and the modules where it is largest. */
function toldErrors({ overall, modules }: AggregationError) {
  const worst = [...modules].sort((a, b) => b.error - a.error).slice(0, MAX_MODULE_ERRORS);
  return {
    error: told(overall),
    moduleErrors: worst.map(({ module, error: value }) => ({ module, error: told(value) })),
  };
}

/** Public keys of the clients that have one. */
function identityKeys({ clients }: RoundState): Readonly<Record<string, string>> {
  return Object.fromEntries(clients.flatMap(({ id, identity }) => (identity === null ? [] : [[id, identity]])));
}

/** Stored adapters, and answers in secure sums, that the state still needs. */
function artifactsOf(state: RoundState): ReadonlySet<string> {
  const submissions = Object.values(openRoundOf(state)?.submissions ?? {});
  const exchange = exchangeOf(state);
  return new Set([
    ...submissions.flatMap(({ artifact }) => (artifact === null ? [] : [artifact])),
    ...state.late.map(({ artifact }) => artifact),
    ...(exchange ? exchangeArtifacts(exchange) : []),
  ]);
}
