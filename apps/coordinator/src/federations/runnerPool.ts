/** Federations in memory: opened when they are asked for, closed when nothing has happened in them for a while. */
import type { Cancel, Clock } from "../ports/clock.ts";
import { createTurns } from "../storage/turns.ts";
import type { FederationRunner } from "./federationRunner.ts";

export interface RunnerPool {
  /** Rejects with what `open` throws. */
  get(federationId: string): Promise<FederationRunner>;
  /** Null where it is not open. */
  opened(federationId: string): FederationRunner | null;
  /** Those that are open. */
  all(): readonly FederationRunner[];
  /** Closes one, and does something before anybody can open it again. */
  closeAnd(federationId: string, work: () => Promise<void>): Promise<void>;
  /** Closes all, and stops opening any. */
  close(): Promise<void>;
}

export interface PoolParts {
  readonly clock: Clock;
  readonly open: (federationId: string) => Promise<FederationRunner>;
  /** Closes it, and notes how it stands when it can sleep. May not throw. */
  readonly close: (runner: FederationRunner) => Promise<void>;
}

/** Who was given a federation may use it for this long without looking on. */
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 60_000;

export function createRunnerPool({ clock, open, close }: PoolParts): RunnerPool {
  const entries = new Map<string, { readonly runner: FederationRunner; askedAt: number }>();
  /** Opening and closing of one federation take turns. */
  const inTurn = createTurns();
  let isClosed = false;
  let cancelSweep: Cancel = () => {};

  const closeNow = async (federationId: string): Promise<void> => {
    const entry = entries.get(federationId);
    entries.delete(federationId);
    if (entry) await close(entry.runner);
  };
  const isIdle = (federationId: string): boolean => {
    const entry = entries.get(federationId);
    return entry?.runner.isQuiet === true && entry.askedAt <= clock.now() - IDLE_MS;
  };
  const sweepLater = () => {
    cancelSweep = clock.at(clock.now() + SWEEP_MS, () => {
      for (const federationId of entries.keys()) {
        if (isIdle(federationId)) void inTurn(federationId, async () => isIdle(federationId) && closeNow(federationId));
      }
      sweepLater();
    });
  };
  sweepLater();

  return {
    get: (federationId) =>
      inTurn(federationId, async () => {
        if (isClosed) throw new Error("The coordinator is closing");
        const entry = entries.get(federationId) ?? { runner: await open(federationId), askedAt: 0 };
        entry.askedAt = clock.now();
        entries.set(federationId, entry);
        return entry.runner;
      }),
    opened: (federationId) => entries.get(federationId)?.runner ?? null,
    all: () => [...entries.values()].map(({ runner }) => runner),
    closeAnd: (federationId, work) =>
      inTurn(federationId, async () => {
        await closeNow(federationId);
        await work();
      }),
    async close() {
      isClosed = true;
      cancelSweep();
      await Promise.all([...entries.keys()].map((federationId) => inTurn(federationId, () => closeNow(federationId))));
    },
  };
}
