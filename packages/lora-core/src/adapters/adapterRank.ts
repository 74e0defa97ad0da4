/**
 * Adapters of a lower rank than their federation's, which have its first ranks. B A is the sum of what each rank adds, so that these are an adapter
 * by themselves, and what is behind them is another one. Label prototypes have no rank and stay whole. Pure.
 */
import { type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import type { AdapterConfig } from "./adapterConfig.ts";
import { type AdapterLayout, factorAKey, isPrototypes } from "./adapterLayout.ts";

/**
 * The same adapter with fewer ranks: alpha shrinks with them, so that the scale alpha / rank (Hu et al. 2021, arXiv 2106.09685, section 4.1) stays the
 * federation's. So B A means the same wherever it is, and a rank learns as fast in a small adapter as in a large one.
 */
export function adapterOfRank(config: AdapterConfig, rank: number): AdapterConfig {
  return rank === config.rank ? config : { ...config, rank, alpha: (config.alpha / config.rank) * rank };
}

/** The first `rank` ranks of an adapter, or of a part of one; the very same where it has no more. */
export function firstRanks(adapter: NamedTensors, rank: number): NamedTensors {
  return new Map([...adapter].map(([key, tensor]) => [key, isPrototypes(key) ? tensor : firstOf(key, tensor, rank)]));
}

/** `own`, with the ranks behind it that `whole` has and it does not. Keys of `own`, shapes of `whole`. @throws {RangeError} on a key that `whole` does not have. */
export function withRest(own: NamedTensors, whole: NamedTensors): NamedTensors {
  return new Map(
    [...own].map(([key, tensor]) => {
      const { shape, data } = tensorOf(whole, key);
      return [key, isPrototypes(key) ? tensor : over(key, tensor, { shape, data: data.slice() })];
    }),
  );
}

/** `own`, with zeros for the ranks that an adapter of that layout has and it does not. @throws {RangeError} as {@link withRest}. */
export function paddedTo(own: NamedTensors, whole: AdapterLayout): NamedTensors {
  const shapes = new Map(whole.map(({ key, shape }) => [key, shape]));
  return new Map(
    [...own].map(([key, tensor]) => {
      if (isPrototypes(key)) return [key, tensor];
      const shape = shapes.get(key);
      if (!shape) throw missing(key);
      return [key, over(key, tensor, { shape, data: new Float32Array(sizeOf(shape)) })];
    }),
  );
}

function tensorOf(adapter: NamedTensors, key: string): HostTensor {
  const tensor = adapter.get(key);
  if (!tensor) throw missing(key);
  return tensor;
}

const missing = (key: string) => new RangeError(`${key} is missing in the adapter of the whole rank`);

const isA = (key: string) => key.endsWith(factorAKey(""));

/** Ranks are rows of A and columns of B. */
function firstOf(key: string, { shape, data }: HostTensor, rank: number): HostTensor {
  const [rows = 0, columns = 0] = shape;
  if ((isA(key) ? rows : columns) <= rank) return { shape, data };
  if (isA(key)) return { shape: [rank, columns], data: data.slice(0, rank * columns) };
  const first = new Float32Array(rows * rank);
  for (let row = 0; row < rows; row++) first.set(data.subarray(row * columns, row * columns + rank), row * rank);
  return { shape: [rows, rank], data: first };
}

/** Writes the ranks of `own` over the first ones of `whole`, in place. */
function over(key: string, own: HostTensor, whole: HostTensor): HostTensor {
  const [rows = 0, columns = 0] = own.shape;
  const [allRows = 0, allColumns = 0] = whole.shape;
  const isOfIt = isA(key) ? rows <= allRows && columns === allColumns : rows === allRows && columns <= allColumns;
  if (!isOfIt) throw new RangeError(`${key} is [${own.shape}], which is no part of [${whole.shape}]`);
  for (let row = 0; row < rows; row++) {
    whole.data.set(own.data.subarray(row * columns, (row + 1) * columns), row * allColumns);
  }
  return whole;
}
