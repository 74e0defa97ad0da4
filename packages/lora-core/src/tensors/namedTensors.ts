/**
 * Host-side tensors by name: what adapters are outside a backend. No TF.js here, so the coordinator can use them.
 * Values are float32 at rest; arithmetic on them accumulates in float64 (see arithmetic.ts).
 */

/** Values as a checkpoint has them: IEEE binary16 ("F16") or bfloat16 ("BF16"). */
export interface Halves {
  readonly format: "F16" | "BF16";
  readonly bits: Uint16Array;
}

/** One dense row-major tensor in host memory. `data.length` is the product of `shape`. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** The same values in 16 bits, where they were read from a checkpoint that has them so. */
  readonly halves?: Halves | undefined;
}

/** Tensors by key, in a fixed order. Owned by whoever made them; never mutated by a reader. */
export type NamedTensors = ReadonlyMap<string, HostTensor>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** @throws {RangeError} when keys, their order or shapes differ; names the first difference. */
export function assertSameLayout(expected: NamedTensors, actual: NamedTensors, who: string): void {
  if (expected.size !== actual.size) {
    throw new RangeError(`${who}: ${actual.size} tensors, expected ${expected.size}`);
  }
  const keys = actual.keys();
  for (const [key, { shape }] of expected) {
    const other = actual.get(key);
    if (keys.next().value !== key || !other) throw new RangeError(`${who}: tensor ${key} is missing or out of order`);
    if (other.shape.join() !== shape.join()) {
      throw new RangeError(`${who}: ${key} has shape [${other.shape}], expected [${shape}]`);
    }
  }
}

/** In a loop of its own: with a function for every value it takes several times as long. */
export function hasOnlyFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** @throws {RangeError} naming the first tensor with a value that is not finite. */
export function assertFinite(tensors: NamedTensors, who: string): void {
  for (const [key, { data }] of tensors) {
    if (!hasOnlyFinite(data)) throw new RangeError(`${who}: non-finite value in ${key}`);
  }
}
