/** Noisy sums of a simulated federation: what the product's clients put into one and what comes out of it, without the masks, which cancel. */
import type { AdapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import type { SumPrivacy, SumSize } from "@duet/lora-core/contract/secureSum";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import { noisyRange, summedRounds, sumNoise } from "@duet/lora-core/federation/noisySum";
import {
  noisyUpdateValues,
  type SharedRound,
  type SummedRound,
  summedRound,
  updateVectorLayout,
} from "@duet/lora-core/federation/updateVector";
import { decodeSum, encodeVector } from "@duet/lora-core/secureAggregation/fixedPoint";
import { addVector } from "@duet/lora-core/secureAggregation/keystream";
import { lengthOf } from "@duet/lora-core/secureAggregation/vectorLayout";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets } from "@duet/lora-core/strategies/strategy";
import { type Random, random } from "@duet/lora-core/tensors/random";

export class NoisySums {
  readonly #clients: number;
  readonly #uniform: Random;
  #privacy: SumPrivacy;

  /** Noise comes from the seed, so that a run can be repeated; the product's does not. @throws {RangeError} when no noise keeps to the budget. */
  constructor(config: ClientPrivacyConfig, method: Method, budgets: Budgets, clients: number, seed: number) {
    const noiseMultiplier = sumNoise(config, summedRounds(method, budgets));
    if (noiseMultiplier === null) throw new RangeError(`No noise keeps this federation within an epsilon of ${config.epsilon}`);
    this.#privacy = { clip: config.clip, noiseMultiplier };
    this.#clients = clients;
    this.#uniform = random(seed, "noise of clients");
  }

  /** The mean of these differences, float32 blobs each, with its noise. The clip moves on. */
  mean(shared: readonly Pick<SharedRound, "upload">[], layout: AdapterLayout): SummedRound {
    const privacy = this.#privacy;
    const size: SumSize & { readonly privacy: SumPrivacy } = { maxClients: this.#clients, range: noisyRange(privacy), privacy };
    const vector = updateVectorLayout(size, (shared[0]?.upload.byteLength ?? 0) / 4);
    const sum = new Uint32Array(lengthOf(vector));
    for (const each of shared) {
      const values = noisyUpdateValues(each, size, shared.length, this.#uniform);
      addVector(sum, encodeVector(vector, values, (count) => this.#bytes(count)).vector);
    }
    const summed = summedRound(decodeSum(vector, sum, shared.length), layout, "uniform", privacy);
    this.#privacy = { ...privacy, clip: summed.means.clip ?? privacy.clip };
    return summed;
  }

  #bytes(count: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: count }, () => Math.floor(this.#uniform() * 256));
  }
}
