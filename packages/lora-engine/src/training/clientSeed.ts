import type { DataSplit } from "@duet/lora-core/data/row";
import { random } from "@duet/lora-core/tensors/random";

/**
 * Seed of a client's own random stream (batch order, dropout), taken from its training texts: it differs between clients and is
 * the same after a reload.
 */
export function clientSeedOf({ train }: DataSplit): number {
  const draw = random(0, "clientSeed", ...train.map(({ input }) => input));
  return Math.floor(draw() * 2 ** 32);
}
