/** Both adapters of a client as one set of tensors, each key behind its slot's name: what a training of both begins with, keeps and comes to. */
import type { AdapterSlot } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";

export type Both<T> = Readonly<Record<AdapterSlot, T>>;

/** In the order in which they are put together. */
export const SLOTS = ["personal", "shared"] as const satisfies readonly AdapterSlot[];

const beforeKey = (slot: AdapterSlot) => `${slot}:`;

export function joined<T>(both: Both<ReadonlyMap<string, T>>): ReadonlyMap<string, T> {
  return new Map(SLOTS.flatMap((slot) => [...both[slot]].map(([key, one]): [string, T] => [beforeKey(slot) + key, one])));
}

export function parted(tensors: NamedTensors): Both<NamedTensors> {
  const of = (slot: AdapterSlot): NamedTensors =>
    new Map(
      [...tensors].flatMap(([key, tensor]) =>
        key.startsWith(beforeKey(slot)) ? [[key.slice(beforeKey(slot).length), tensor] as const] : [],
      ),
    );
  return { personal: of("personal"), shared: of("shared") };
}
