/** Which tensors an adapter has, in which order: the contract between clients, coordinator and files. */

import { type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import { random } from "../tensors/random.ts";
import type { AdapterConfig, LinearModule } from "./adapterConfig.ts";
import { selectModules } from "./selectModules.ts";

export interface AdapterEntry {
  readonly key: string;
  readonly shape: readonly [number, number];
}
/** Entries in blob order: per adapted module A then B, modules in the base's order; behind them label prototypes, where there are any. */
export type AdapterLayout = readonly AdapterEntry[];

export const factorAKey = (module: string) => `${module}.lora_A.weight`;
export const factorBKey = (module: string) => `${module}.lora_B.weight`;

/** Label prototypes that travel with the factors, and those that stay with their client. */
export const PROTOTYPES_KEY = "labels.weight";
const OWN_PROTOTYPES_KEY = "labels.own.weight";

/** Whether an entry is label prototypes: V [L, D], of no rank, which are added where updates are added. */
export const isPrototypes = (key: string) => key === PROTOTYPES_KEY || key === OWN_PROTOTYPES_KEY;

/** Layout of the adapter that `config` puts on a base with these linears: A [R, in] and B [out, R] per module, then prototypes. */
export function adapterLayout(linears: readonly LinearModule[], config: AdapterConfig): AdapterLayout {
  const { rank, prototypes } = config;
  const factors = selectModules(linears, config).flatMap(({ name, inFeatures, outFeatures }) => [
    { key: factorAKey(name), shape: [rank, inFeatures] as const },
    { key: factorBKey(name), shape: [outFeatures, rank] as const },
  ]);
  if (!prototypes) return factors;
  const key = prototypes.travel === "shared" ? PROTOTYPES_KEY : OWN_PROTOTYPES_KEY;
  return [...factors, { key, shape: [prototypes.labels, prototypes.width] }];
}

/** What of an adapter may ever leave its client. */
export function travelling<T extends { readonly key: string }>(entries: readonly T[]): readonly T[] {
  return entries.filter(({ key }) => key !== OWN_PROTOTYPES_KEY);
}

/** Bytes of the adapter as one float32 blob, which is what travels. */
export function layoutBytes(layout: AdapterLayout): number {
  return 4 * layout.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The layout that these tensors have. */
export function layoutOf(tensors: NamedTensors): AdapterLayout {
  return [...tensors].map(([key, { shape }]) => ({ key, shape: [shape[0] ?? 0, shape[1] ?? 0] }));
}

/** The same tensors for an adapter of another rank. */
export function layoutOfRank(layout: AdapterLayout, rank: number): AdapterLayout {
  return layout.map(({ key, shape: [rows, columns] }) => {
    if (isPrototypes(key)) return { key, shape: [rows, columns] };
    return { key, shape: isA(key) ? [rank, columns] : [rows, rank] };
  });
}

/** The layout of an adapter of whatever rank a blob of that many bytes has. @throws {RangeError} when no rank fits. */
export function layoutOfBytes(layout: AdapterLayout, bytes: number): AdapterLayout {
  const fixed = layoutBytes(layout.filter(({ key }) => isPrototypes(key)));
  const perRank = layoutBytes(layoutOfRank(layout, 1)) - fixed;
  if (perRank === 0 && bytes === fixed) return layout;
  const rank = (bytes - fixed) / perRank;
  if (!Number.isInteger(rank) || rank < 1) {
    throw new RangeError(
      `The adapter has ${bytes} bytes, expected ${layoutBytes(layout)}, or ${perRank} for every rank${fixed > 0 ? ` and ${fixed}` : ""}`,
    );
  }
  return layoutOfRank(layout, rank);
}

const isA = (key: string) => key.endsWith(factorAKey(""));

/**
 * The start every client shares: A uniform in ±1/sqrt(in), as PEFT's default (Kaiming uniform with a = sqrt 5), B zero.
 * Factor averages are only meaningful from a common A (shared reference: the gauge problem), hence one seed per federation.
 */
export function initialAdapter(layout: AdapterLayout, seed: number): NamedTensors {
  return new Map(
    layout.map(({ key, shape }): [string, HostTensor] => {
      const data = new Float32Array(sizeOf(shape));
      if (key.endsWith(".lora_A.weight")) {
        const uniform = random(seed, "initialAdapter", key);
        const bound = 1 / Math.sqrt(shape[1]);
        for (let i = 0; i < data.length; i++) data[i] = (2 * uniform() - 1) * bound;
      }
      return [key, { shape, data }];
    }),
  );
}
