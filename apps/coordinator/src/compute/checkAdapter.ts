/** What an uploaded adapter must be before a method sees it. */
import { readFileSync } from "node:fs";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import type { AdapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { l2Norm } from "@duet/lora-core/tensors/arithmetic";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { Refusal } from "../refusal.ts";

/** Largest root mean square of an adapter's values; trained LoRA factors stay far below 1. */
export const MAX_ADAPTER_RMS = 10;

export interface CheckInput {
  /** Path of what came. */
  readonly file: string;
  readonly layout: AdapterLayout;
}

/** @throws {Refusal} INVALID_ADAPTER on a wrong length, a value that is not finite, or an implausible norm; a system error. */
export async function checkAdapter({ file, layout }: CheckInput): Promise<void> {
  const tensors = decoded(readFileSync(file), layout);
  const norm = l2Norm(tensors);
  const bound = MAX_ADAPTER_RMS * Math.sqrt(layout.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  if (norm > bound) {
    throw new Refusal(
      "INVALID_ADAPTER",
      `The adapter's norm is ${norm.toPrecision(4)}, at most ${bound.toPrecision(4)} is accepted`,
    );
  }
}

function decoded(blob: Uint8Array, layout: AdapterLayout): NamedTensors {
  try {
    return decodeAdapter(blob, layout);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal("INVALID_ADAPTER", error.message);
    throw error;
  }
}
