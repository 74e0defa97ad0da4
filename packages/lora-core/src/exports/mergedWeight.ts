/** An adapter's update worked into a base's weights, one tensor at a time. Pure. */
import { adapterScale, type LinearModule } from "../adapters/adapterConfig.ts";
import { factorAKey, factorBKey } from "../adapters/adapterLayout.ts";
import type { PeftAdapter } from "../adapters/peftFormat.ts";
import { selectModules } from "../adapters/selectModules.ts";
import type { Architecture } from "../architectures/modelConfig.ts";
import { findTensor } from "../architectures/requiredTensors.ts";
import { ModelFolderError } from "../checkpoints/modelFolderError.ts";
import type { HostTensor } from "../tensors/namedTensors.ts";

/** The factors of one module. */
interface Factors {
  /** [R, in] */
  readonly a: HostTensor;
  /** [out, R] */
  readonly b: HostTensor;
}

/** Adds the update to a tensor of the base, in place: its name in the checkpoint, its values. Tensors that are not adapted stay. */
export interface WeightMerger {
  adapts(name: string): boolean;
  merge(name: string, weight: Float32Array): void;
}

/**
 * For a checkpoint with tensors of these names, with or without the first part that savers leave out.
 * @throws {ModelFolderError} when it lacks a weight that is adapted; {RangeError} when the adapter lacks a factor.
 */
export function weightMerger(
  architecture: Architecture,
  { config, tensors }: PeftAdapter,
  names: Iterable<string>,
): WeightMerger {
  const stored = new Map([...names].map((name) => [name, name]));
  const factorsOf = ({ name }: LinearModule): [string, Factors] => {
    const weight = findTensor(stored, `${name}.weight`);
    if (weight === undefined) throw new ModelFolderError(["adaptedWeightMissing", name]);
    const [a, b] = [tensors.get(factorAKey(name)), tensors.get(factorBKey(name))];
    if (!(a && b)) throw new RangeError(`weightMerger: the adapter has no factors of ${name}`);
    return [weight, { a, b }];
  };
  const factors = new Map(selectModules(architecture.linears, config).map(factorsOf));
  const inOut = architecture.kind === "decoder" && architecture.config.weightsInOut;
  const scale = adapterScale(config);
  return {
    adapts: (name) => factors.has(name),
    merge(name, weight) {
      const found = factors.get(name);
      if (found) addProduct(weight, found, scale, inOut);
    },
  };
}

/** W [out, in] += s B A, or its transpose where W is [in, out]. Sums in float64, rounded once. */
function addProduct(weight: Float32Array, { a, b }: Factors, scale: number, inOut: boolean): void {
  const [rank = 0, width = 0] = a.shape;
  const [rows = 0] = b.shape;
  if (weight.length !== rows * width) throw new ModelFolderError(["weightOfOtherSize", weight.length, rows, width]);
  const [stepRow, stepColumn] = inOut ? [1, rows] : [width, 1];
  const sum = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = scale * (b.data[row * rank + r] as number);
      for (let column = 0; column < width; column++)
        sum[column] = (sum[column] as number) + factor * (a.data[r * width + column] as number);
    }
    for (let column = 0; column < width; column++) {
      const at = row * stepRow + column * stepColumn;
      weight[at] = (weight[at] as number) + (sum[column] as number);
    }
  }
}
