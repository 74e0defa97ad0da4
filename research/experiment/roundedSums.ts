/** Secure sums of a simulated federation: what the product's clients put into one and what comes out of it, without the masks, which cancel. */
import type { AdapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import type { SumSize } from "@duet/lora-core/contract/secureSum";
import {
  type RangeConfig,
  rangeOfSum,
  type SharedRound,
  type SummedRound,
  summedRound,
  updateValues,
  updateVectorBytes,
  updateVectorLayout,
} from "@duet/lora-core/federation/updateVector";
import { decodeSum, encodeVector } from "@duet/lora-core/secureAggregation/fixedPoint";
import { addVector } from "@duet/lora-core/secureAggregation/keystream";
import { lengthOf, type VectorLayout } from "@duet/lora-core/secureAggregation/vectorLayout";
import type { Method } from "@duet/lora-core/strategies/registry";
import { type Random, random } from "@duet/lora-core/tensors/random";
import type { SumBits } from "./runs.ts";

export class RoundedSums {
  readonly #method: Method;
  readonly #config: RangeConfig;
  readonly #bits: SumBits;
  readonly #uniform: Random;

  /** Rounding comes from the seed, so that a run can be repeated; the product's does not. */
  constructor(method: Method, config: RangeConfig, bits: SumBits, seed: number) {
    this.#method = method;
    this.#config = config;
    this.#bits = bits;
    this.#uniform = random(seed, "rounding of sums");
  }

  /** Of one client, under its masks. */
  bytes(round: number, upload: Uint8Array): number {
    const size = this.#size(round);
    const values = upload.byteLength / 4;
    const beside = updateVectorBytes(size, upload.byteLength) - (values * size.range.modulusBits) / 8;
    return beside + Math.ceil((values * this.#bitsOf(size)) / 8);
  }

  /** The mean of these updates, float32 blobs each. */
  mean(round: number, shared: readonly SharedRound[], layout: AdapterLayout): SummedRound {
    const vector = this.#layout(round, (shared[0]?.upload.byteLength ?? 0) / 4);
    const sum = new Uint32Array(lengthOf(vector));
    for (const each of shared) {
      const values = updateValues(each, this.#method.weighting, this.#size(round));
      addVector(sum, encodeVector(vector, values, (count) => this.#randomBytes(count)).vector);
    }
    return summedRound(decodeSum(vector, sum, shared.length), layout, this.#method.weighting, null);
  }

  #size(round: number): SumSize {
    return { maxClients: this.#config.maxClients, range: rangeOfSum(this.#method, this.#config, round), privacy: null };
  }

  /** Of a value as it travels; those that need 32 have them whatever was asked for. */
  #bitsOf({ range }: SumSize): number {
    return range.modulusBits === 16 ? this.#bits : range.modulusBits;
  }

  /** As fine as the bits of a sum leave each client; where no sum overflows, what it is taken modulo changes nothing. */
  #layout(round: number, values: number): VectorLayout {
    const size = this.#size(round);
    const layout = updateVectorLayout(size, values);
    const bits = Math.floor(Math.log2((2 ** this.#bitsOf(size) - 1) / size.maxClients + 1));
    const groups = layout.groups.map((group) =>
      group.kind === "real" && group.name === "update" ? { ...group, bits: Math.min(bits, group.bits) } : group,
    );
    return { ...layout, groups };
  }

  #randomBytes(count: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: count }, () => Math.floor(this.#uniform() * 256));
  }
}
