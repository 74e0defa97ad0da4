/** What a secure sum costs each client and the coordinator, without training and network: the product's desks, one client after the other. */

import type { SumSize } from "@duet/lora-core/contract/secureSum";
import { createSumDesk, type SumStore } from "@duet/lora-core/federation/sumDesk";
import { termsOfSum, updateVectorBytes } from "@duet/lora-core/federation/updateVector";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import { createAttemptDesk } from "@duet/lora-core/secureAggregation/attemptDesk";
import { EXCHANGE_STEPS, type ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import { decodeSum } from "@duet/lora-core/secureAggregation/fixedPoint";
import { newIdentity } from "@duet/lora-core/secureAggregation/identity";
import { addMasks, addVector } from "@duet/lora-core/secureAggregation/keystream";
import { encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { unpackVector } from "@duet/lora-core/secureAggregation/packedVector";
import type { ParticipantState } from "@duet/lora-core/secureAggregation/participant";
import { systemRandomBytes } from "@duet/lora-core/secureAggregation/randomBytes";
import { lengthOf } from "@duet/lora-core/secureAggregation/vectorLayout";
import { random } from "@duet/lora-core/tensors/random";

const CLIENTS = [3, 10, 32, 100];
const MEGABYTES = [0.5, 10];
/** As wide as twelve steps at a rate of 0.003 reach, twice; 16 bits of a value travel where 11 are left for each client. */
const NARROW = { clip: 0.072, modulusBits: 16 } as const;
const WIDE = { clip: 2, modulusBits: 32 } as const;
const MOST_IN_16_BITS = 32;
const FEDERATION = "bench";

export interface SumRun {
  readonly clients: number;
  /** Of one update as float32. */
  readonly updateBytes: number;
  /** Of one client's masked update, and of everything else that it sends and gets; medians. */
  readonly maskedBytes: number;
  readonly otherUp: number;
  readonly otherDown: number;
  /** Seconds of one client, in all steps and in that of the masked input; medians. */
  readonly clientSeconds: number;
  readonly inputSeconds: number;
  /** Seconds of the coordinator, in all. */
  readonly coordinatorSeconds: number;
}

/** One after the other. @throws {Error} when a sum is not what it should be. */
export async function* measureSums(): AsyncIterable<SumRun> {
  for (const megabytes of MEGABYTES)
    for (const clients of CLIENTS) yield await measureSum(clients, Math.round(megabytes * 250_000));
}

interface Costs {
  seconds: number;
  inputSeconds: number;
  up: number;
  down: number;
}

async function measureSum(count: number, values: number): Promise<SumRun> {
  const size: SumSize = { maxClients: count, range: count <= MOST_IN_16_BITS ? NARROW : WIDE, privacy: null };
  const draw = random(count, "update");
  const update = Float32Array.from({ length: values }, () => (draw() - 0.5) * 0.02);
  const shared = { upload: new Uint8Array(update.buffer), metrics: NO_METRICS, samples: { train: 100, fusion: 10, test: 10 } };
  const keys = new Map(
    Array.from({ length: count }, (_, k) => [`client-${String(k).padStart(3, "0")}`, newIdentity(systemRandomBytes)]),
  );
  const publicKeys = new Map([...keys].map(([id, { publicKey }]) => [id, publicKey]));
  const identities = Object.fromEntries([...publicKeys].map(([id, key]) => [id, encodeKey(key)]));
  const clientDesk = createSumDesk(memoryStore());
  const terms = termsOfSum({ federationId: FEDERATION, round: 1, attempt: 1 }, size, shared.upload.byteLength);
  const coordinator = createAttemptDesk(terms, publicKeys);
  const sum = new Uint32Array(lengthOf(terms.layout));
  const costs = new Map([...keys.keys()].map((id): [string, Costs] => [id, { seconds: 0, inputSeconds: 0, up: 0, down: 0 }]));
  let coordinatorSeconds = 0;
  const coordinating = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    coordinatorSeconds += (performance.now() - began) / 1000;
    return result;
  };

  async function answer(step: ExchangeStep, id: string): Promise<void> {
    const cost = costs.get(id) as Costs;
    const content = await coordinating(() => coordinator.material(id));
    const began = performance.now();
    const answered = await clientDesk.answer(
      id,
      { kind: "round", shared },
      {
        key: { round: 1, attempt: 1, step },
        what: "round",
        federationId: FEDERATION,
        size,
        weighting: "uniform",
        identitySecret: encodeKey((keys.get(id) as { readonly secretKey: Uint8Array }).secretKey),
        identities,
        content,
      },
    );
    const seconds = (performance.now() - began) / 1000;
    cost.seconds += seconds;
    cost.down += content?.byteLength ?? 0;
    if (step === "input") cost.inputSeconds += seconds;
    else cost.up += answered.byteLength;
    await coordinating(async () => {
      await coordinator.take(id, step === "input" ? null : answered);
      if (step === "input") addVector(sum, unpackVector(terms.layout, answered));
    });
  }

  for (const step of EXCHANGE_STEPS) {
    for (const id of keys.keys()) await answer(step, id);
    const shortage = await coordinating(() => coordinator.close([...keys.keys()]));
    if (shortage) throw new Error(`${shortage.have} of ${shortage.needed} are left after ${step}`);
  }
  await coordinating(async () => {
    const recovery = await coordinator.recover();
    if (recovery.kind !== "masks") throw new Error(`The sum of ${count} clients cannot be unmasked: ${recovery.kind}`);
    await addMasks(sum, recovery.masks);
  });
  const first = decodeSum(terms.layout, sum, count).get("update")?.[0] ?? Number.NaN;
  if (!(Math.abs(first - count * (update[0] ?? 0)) < 0.01)) throw new Error(`The sum of ${count} clients is wrong`);
  const all = [...costs.values()];
  return {
    clients: count,
    updateBytes: shared.upload.byteLength,
    maskedBytes: updateVectorBytes(size, shared.upload.byteLength),
    otherUp: median(all.map(({ up }) => up)),
    otherDown: median(all.map(({ down }) => down)),
    clientSeconds: median(all.map(({ seconds }) => seconds)),
    inputSeconds: median(all.map(({ inputSeconds }) => inputSeconds)),
    coordinatorSeconds,
  };
}

function memoryStore(): SumStore {
  const kept = new Map<string, ParticipantState>();
  return {
    sum: async (clientId) => kept.get(clientId) ?? null,
    async saveSum(clientId, state) {
      kept.set(clientId, state);
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
