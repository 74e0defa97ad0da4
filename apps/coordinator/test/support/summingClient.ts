/** A client that takes part in secure sums over a real socket, with the parts that a tab has; what it keeps is in memory. */
import { createSumDesk, type SumDesk, type Summand, type SumStore } from "@duet/lora-core/federation/sumDesk";
import { sumSizeOf, weightingOf } from "@duet/lora-core/federation/updateVector";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import { newIdentity, publicKeyOf } from "@duet/lora-core/secureAggregation/identity";
import { decodeKey, encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import type { ParticipantState } from "@duet/lora-core/secureAggregation/participant";
import { systemRandomBytes } from "@duet/lora-core/secureAggregation/randomBytes";
import type { RowStatistics } from "@duet/lora-core/statistics/rowStatistics";
import { type Created, type Joined, joinAs, testMetrics } from "./federations.ts";

const STEP_MS = 10_000;

export interface SummingClient extends Joined {
  readonly name: string;
  readonly identitySecret: string;
  /** What its device keeps. */
  readonly store: SumStore;
  /** Says that it is ready for the sum of a round. */
  ready(round: number, metrics?: RoundMetrics): Promise<void>;
  /** Answers one step as soon as it is asked. */
  answer(round: number, step: ExchangeStep, upload: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The same of the sum of what rows are like, which comes before the first round; with the bytes that were sent. */
  count(step: ExchangeStep, own: RowStatistics): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of that answer, not sent. */
  answerBytes(snapshot: Snapshot, upload: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export interface SummingOptions {
  readonly train?: number;
  /** What it puts into the sum of every round. */
  readonly metrics?: RoundMetrics;
  /** Of one that comes back: who it was. */
  readonly earlier?: SummingClient;
  /** What its device kept; a new one in memory when left out. */
  readonly store?: SumStore;
}

/** Keeps states as a device does: by value. */
function memorySums(): SumStore {
  const states = new Map<string, ParticipantState>();
  return {
    sum: async (clientId) => structuredClone(states.get(clientId) ?? null),
    saveSum: async (clientId, state) => void states.set(clientId, structuredClone(state)),
  };
}

export async function joinSumming(
  coordinator: { readonly url: string },
  created: Created,
  name: string,
  { train = 100, metrics: measured = testMetrics(), earlier, store = memorySums() }: SummingOptions = {},
): Promise<SummingClient> {
  const identitySecret = earlier?.identitySecret ?? encodeKey(newIdentity(systemRandomBytes).secretKey);
  const identity = encodeKey(publicKeyOf(decodeKey(identitySecret)));
  const resumeToken = earlier?.resumeToken;
  const joined = await joinAs(coordinator, created, name, { train, identity, ...(resumeToken ? { resumeToken } : {}) });
  const { client, clientId } = joined;
  const desk: SumDesk = createSumDesk(store);

  function answerBytes(snapshot: Snapshot, upload: Uint8Array<ArrayBuffer>) {
    const { openRound } = snapshot;
    const exchange = openRound?.exchange;
    if (!exchange) throw new Error("Nothing is being summed");
    const key = { round: openRound.round, attempt: exchange.attempt, step: exchange.step };
    const shared = { upload, metrics: measured, samples: { train, fusion: 5, test: 10 } };
    return bytesOf(snapshot, { kind: "round", shared }, key);
  }

  async function bytesOf({ clients, config, openRound }: Snapshot, summand: Summand, key: ExchangeKey) {
    const { content } = await client.call("exchange:fetch", key);
    return desk.answer(clientId, summand, {
      key,
      what: summand.kind,
      federationId: created.federationId,
      size: sumSizeOf(config, key.round, openRound?.exchange?.clip ?? null),
      weighting: weightingOf(config),
      identitySecret,
      identities: Object.fromEntries(clients.map(({ id, identity: known }) => [id, known as string])),
      content,
    });
  }

  return {
    ...joined,
    name,
    identitySecret,
    store,
    answerBytes,
    ready: (round, metrics = testMetrics()) => client.submit({ round, adapter: null, metrics }),
    async count(step, own) {
      const asked = ({ statistics }: Snapshot) =>
        statistics?.exchange?.step === step && statistics.exchange.asked.includes(clientId);
      const snapshot = await client.until(asked, `${step} of what rows are like`, STEP_MS);
      const { round = 0, attempt = 0 } = snapshot.statistics?.exchange ?? {};
      const key = { round, attempt, step };
      const bytes = await bytesOf(snapshot, { kind: "statistics", own }, key);
      await client.call("exchange:send", { ...key, blob: await client.upload(bytes) });
      return bytes;
    },
    async answer(round, step, upload) {
      const isAsked = ({ openRound }: Snapshot) =>
        openRound?.round === round && openRound.exchange?.step === step && openRound.exchange.asked.includes(clientId);
      const snapshot = await client.until(isAsked, `${step} of round ${round}`, STEP_MS);
      const bytes = await answerBytes(snapshot, upload);
      const attempt = snapshot.openRound?.exchange?.attempt ?? 0;
      const blob = await client.upload(bytes);
      await client.call("exchange:send", { round, attempt, step, blob });
    },
  };
}
