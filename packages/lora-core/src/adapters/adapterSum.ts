/**
 * Sums of adapters as one adapter: B1 A1 + B2 A2 = [B1 B2] [A1; A2]. Stacking along the rank is exact and needs no new operation
 * anywhere, so several active adapters, and what earlier rounds left behind, are all one wider adapter. Label prototypes have no rank
 * and are added. Pure.
 */
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { factorAKey, isPrototypes } from "./adapterLayout.ts";
import { type AdapterPart, entriesOf } from "./adapterPart.ts";

/** R of an adapter that has its A factors: the rows of the first one. */
export function rankOf(adapter: NamedTensors): number {
  return adapter.values().next().value?.shape[0] ?? 0;
}

/** One part of an adapter. */
export function partOf(adapter: NamedTensors, part: AdapterPart): NamedTensors {
  const entries = [...adapter].map(([key, tensor]) => ({ key, tensor }));
  return new Map(entriesOf(entries, part).map(({ key, tensor }) => [key, tensor]));
}

/** The adapter with the tensors of `part` in place of its own. */
export function withPart(adapter: NamedTensors, part: NamedTensors): NamedTensors {
  return new Map([...adapter].map(([key, tensor]) => [key, part.get(key) ?? tensor]));
}

/** The adapter whose update is the sum of theirs; its rank is the sum of ranks. @throws {RangeError} when a tensor is missing. */
export function stackRanks(adapters: readonly NamedTensors[]): NamedTensors {
  const [first, ...others] = adapters;
  if (!first) throw new RangeError("stackRanks: no adapters");
  if (others.length === 0) return first;
  return new Map(
    [...first].map(([key, tensor]) => {
      const parts = adapters.map((adapter) => {
        const part = adapter.get(key);
        if (!part) throw new RangeError(`stackRanks: ${key} is missing`);
        return part;
      });
      if (isPrototypes(key)) return [key, sumOfTensors(parts)];
      return [key, isA(key) ? stackRows(parts) : stackColumns(parts, tensor.shape[0] ?? 0)];
    }),
  );
}

/** The first `rank` ranks, and the rest where there is one: the inverse of {@link stackRanks} for two without prototypes. */
export function splitRanks(adapter: NamedTensors, rank: number): readonly [NamedTensors, NamedTensors | null] {
  const total = rankOfAny(adapter);
  if (total === rank) return [adapter, null];
  if (!(total > rank)) throw new RangeError(`splitRanks: the adapter has rank ${total}, expected at least ${rank}`);
  return [ranks(adapter, 0, rank), ranks(adapter, rank, total)];
}

/** The adapter whose update is `weight` times its own: B is scaled. */
export function scaled(adapter: NamedTensors, weight: number): NamedTensors {
  if (weight === 1) return adapter;
  return new Map(
    [...adapter].map(([key, { shape, data }]) => [
      key,
      isA(key) ? { shape, data } : { shape, data: data.map((x) => weight * x) },
    ]),
  );
}

const isA = (key: string) => key.endsWith(factorAKey(""));

/** From whichever factor there is. */
function rankOfAny(adapter: NamedTensors): number {
  const [entry] = adapter;
  if (!entry) throw new RangeError("splitRanks: the adapter is empty");
  const [key, { shape }] = entry;
  return (isA(key) ? shape[0] : shape[1]) ?? 0;
}

/** Ranks [from, to). */
function ranks(adapter: NamedTensors, from: number, to: number): NamedTensors {
  return new Map(
    [...adapter].map(([key, { shape, data }]): [string, HostTensor] => {
      const [rows = 0, columns = 0] = shape;
      if (isA(key)) return [key, { shape: [to - from, columns], data: data.slice(from * columns, to * columns) }];
      const out = new Float32Array(rows * (to - from));
      for (let row = 0; row < rows; row++) {
        out.set(data.subarray(row * columns + from, row * columns + to), row * (to - from));
      }
      return [key, { shape: [rows, to - from], data: out }];
    }),
  );
}

function sumOfTensors(parts: readonly HostTensor[]): HostTensor {
  const [first = { shape: [], data: new Float32Array() }, ...others] = parts;
  return { shape: first.shape, data: first.data.map((x, i) => others.reduce((sum, { data }) => sum + (data[i] ?? 0), x)) };
}

function stackRows(parts: readonly HostTensor[]): HostTensor {
  const columns = parts[0]?.shape[1] ?? 0;
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const data = new Float32Array(rows * columns);
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return { shape: [rows, columns], data };
}

function stackColumns(parts: readonly HostTensor[], rows: number): HostTensor {
  const columns = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  const data = new Float32Array(rows * columns);
  let offset = 0;
  for (const { shape, data: values } of parts) {
    const width = shape[1] ?? 0;
    for (let row = 0; row < rows; row++) data.set(values.subarray(row * width, (row + 1) * width), row * columns + offset);
    offset += width;
  }
  return { shape: [rows, columns], data };
}
