/**
 * Figures of rounds to MLflow: a run for each federation, with means over its clients, and below it one for each client. They go out beside
 * the rounds: one federation at a time, the newest of each, with a deadline for every call and a bound on tries. What could not be sent
 * goes along after the next round; after a restart every round is sent anew, which MLflow's database takes as the same points.
 */
import { setTimeout as after } from "node:timers/promises";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type Figure, meansFigures, roundFigures } from "@duet/lora-core/protocol/roundFigures";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Logger } from "pino";
import type { Report } from "../ports/report.ts";
import { createMlflowClient, type MlflowClient, type MlflowMetric, type MlflowSettings } from "./mlflowClient.ts";

export interface MlflowReport {
  readonly report: Report;
  /** Gives what waits a moment to go out, then gives up. */
  close(): Promise<void>;
}

export interface MlflowParts extends MlflowSettings {
  readonly logger: Logger;
  /** Before the second try of a federation's figures; doubled before each further one. */
  readonly firstPauseMs?: number;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 2_000;
const CLOSING_MS = 2_000;

export function createMlflowReport({ logger, firstPauseMs = FIRST_PAUSE_MS, ...settings }: MlflowParts): MlflowReport {
  const ending = new AbortController();
  const client = createMlflowClient(settings, ending.signal);
  /** The newest of each federation that was not sent. */
  const waiting = new Map<string, Snapshot>();
  /** Rounds of each federation that were sent. */
  const sent = new Map<string, number>();
  let sending: Promise<void> | null = null;

  async function sendAll(): Promise<void> {
    for (let next = first(waiting); next; next = first(waiting)) {
      waiting.delete(next.federationId);
      await sendWithTries(next);
    }
  }

  async function sendWithTries(snapshot: Snapshot): Promise<void> {
    const { federationId } = snapshot;
    for (let tries = 1; !ending.signal.aborted; tries++) {
      try {
        await send(client, snapshot, sent.get(federationId) ?? 0);
        if (snapshot.endedAt === null) sent.set(federationId, closedRounds(snapshot).length);
        else sent.delete(federationId);
        return;
      } catch (error) {
        // Newer figures have these in them.
        if (tries === TRIES || waiting.has(federationId)) {
          logger.warn({ federation: federationId, error: String(error) }, "Figures could not be sent to MLflow");
          return;
        }
        await after(firstPauseMs * 2 ** (tries - 1), undefined, { signal: ending.signal, ref: false }).catch(() => {});
      }
    }
  }

  return {
    report(snapshot) {
      waiting.set(snapshot.federationId, snapshot);
      sending ??= sendAll().finally(() => {
        sending = null;
      });
    },
    async close() {
      await Promise.race([sending, after(CLOSING_MS, undefined, { ref: false })]);
      ending.abort();
      await sending;
    },
  };
}

const first = (waiting: ReadonlyMap<string, Snapshot>): Snapshot | undefined => waiting.values().next().value;
const closedRounds = ({ rounds }: Pick<Snapshot, "rounds">) => rounds.filter(({ closedAt }) => closedAt !== null);

/** Of rounds beyond the first `known` closed ones. */
async function send(client: MlflowClient, snapshot: Snapshot, known: number): Promise<void> {
  const { federationId, config, createdAt, endedAt, phase, clients } = snapshot;
  const rounds = closedRounds(snapshot).slice(known);
  const tag = { "duet.federation": federationId };
  const runId = await client.run(config.name, createdAt, { ...tag, "duet.client": "all" }, paramsOf(config));
  await client.log(
    runId,
    rounds.flatMap((round) => figuresOfAll(round, clients)),
  );
  const runs = [runId];
  for (const one of clients) {
    const metrics = rounds.flatMap((round) => figuresOfOne(round, one));
    if (metrics.length === 0) continue;
    const tags = { ...tag, "duet.client": one.id, "mlflow.parentRunId": runId };
    const own = await client.run(one.name, createdAt, tags, {});
    await client.log(own, metrics);
    runs.push(own);
  }
  if (endedAt === null) return;
  const status = phase === "finished" ? "FINISHED" : phase === "failed" ? "FAILED" : "KILLED";
  for (const id of runs) await client.end(id, status, endedAt);
}

function paramsOf({
  model,
  strategy,
  adapter,
  budgets,
  aggregation,
  training,
}: FederationConfig): Readonly<Record<string, string>> {
  const { learningRate, batchSize } = training;
  return {
    base: model.name,
    method: strategy.id,
    preset: strategy.preset,
    aggregation,
    rank: String(adapter.rank),
    alpha: String(adapter.alpha),
    targets: adapter.targetModules.join(", "),
    rounds: String(budgets.rounds),
    learning_rate: String(learningRate),
    batch_size: String(batchSize),
  };
}

function figuresOfOne(round: RoundView, { history }: ClientView): readonly MlflowMetric[] {
  const entry = history.find((one) => one.round === round.round);
  return entry ? metricsOf(round, roundFigures(entry.metrics)) : [];
}

/** Means over the clients that told a figure to everybody, each client counted once; in a secure federation those of its sums. */
function figuresOfAll(round: RoundView, clients: readonly ClientView[]): readonly MlflowMetric[] {
  const told = new Map<string, number[]>();
  for (const { history } of clients) {
    const entry = history.find((one) => one.round === round.round);
    for (const [key, value] of entry ? roundFigures(entry.metrics) : [])
      if (value !== null && /^(loss|accuracy|macro_f1|loss_test|text_)/.test(key))
        told.set(key, [...(told.get(key) ?? []), value]);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const { means, openedAt, closedAt, aggregated } = round;
  const ofClients = new Map<string, number | null>([...told].map(([key, values]) => [key, mean(values)]));
  const ofAll = new Map(means ? meansFigures(means) : []);
  return metricsOf(round, [
    ["clients", aggregated.length],
    ["seconds", ((closedAt ?? openedAt) - openedAt) / 1000],
    ...new Map([...ofClients, ...ofAll]),
  ]);
}

function metricsOf({ round, closedAt, openedAt }: RoundView, figures: readonly Figure[]): readonly MlflowMetric[] {
  const timestamp = Math.round(closedAt ?? openedAt);
  return figures.flatMap(([key, value]) => (value === null ? [] : [{ key, value, timestamp, step: round }]));
}
