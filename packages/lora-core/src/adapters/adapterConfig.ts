/** What a LoRA adapter is: rank, scale, and which linear modules of the base it sits on (names as in PEFT). */
import { z } from "zod";

export const adapterConfig = z.strictObject({
  /** R, the inner width of the factors A [R, in] and B [out, R]. */
  rank: z.number().int().min(1).max(64),
  /** The update is (alpha / rank) * B A. */
  alpha: z.number().positive().max(1024),
  /** Probability of zeroing an input element of A while training; survivors are scaled by 1 / (1 - dropout). */
  dropout: z.number().min(0).max(0.9),
  /** A module is adapted when its name is one of these or ends with ".<one of these>", as PEFT matches them. */
  targetModules: z.array(z.string().min(1).max(120)).min(1).max(64),
});
export type AdapterConfig = z.output<typeof adapterConfig>;

/** A linear module of a base model that an adapter may sit on: y [.., out] = x [.., in] W^T + b. */
export interface LinearModule {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** s = alpha / rank (Hu et al. 2021, arXiv:2106.09685, section 4.1). */
export function adapterScale(config: AdapterConfig): number {
  return config.alpha / config.rank;
}

/**
 * The modules an adapter config selects, in the base's order.
 * @throws {RangeError} when a target matches nothing, naming it and what there is.
 */
export function selectModules(linears: readonly LinearModule[], config: AdapterConfig): readonly LinearModule[] {
  const matches = (module: LinearModule, target: string) => module.name === target || module.name.endsWith(`.${target}`);
  for (const target of config.targetModules) {
    if (!linears.some((module) => matches(module, target))) {
      const known = [...new Set(linears.map(({ name }) => name.split(".").at(-1)))].join(", ");
      throw new RangeError(`No linear module is called "${target}"; this model has: ${known}`);
    }
  }
  return linears.filter((module) => config.targetModules.some((target) => matches(module, target)));
}
