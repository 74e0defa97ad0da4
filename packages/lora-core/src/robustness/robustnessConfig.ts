/** How a federation is protected against bad updates, as a schema; robustMean.ts and strategies/updateGuard.ts carry it out. */
import { z } from "zod";

/** Share of clients that may be bad. From a half on, nobody can tell them from the others. */
const suspects = z.number().positive().max(0.45);

/**
 * none: what clients send counts as it is. clip: rows and norms are bounded against the round's medians (strategies/updateGuard.ts),
 * then the method averages. The rest bounds as well, and then puts a robust mean in the place of the method's weighted one.
 */
export const robustnessConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["none", "clip"]) }),
  z.strictObject({ kind: z.enum(["median", "centeredClip"]) }),
  z.strictObject({ kind: z.enum(["multiKrum", "trimmedMean"]), suspects }),
]);
export type RobustnessConfig = z.output<typeof robustnessConfig>;

/** What there is to choose from, each with its settings. The first never changes an honest round. */
export const ROBUSTNESS = {
  clip: { kind: "clip" },
  multiKrum: { kind: "multiKrum", suspects: 0.25 },
  trimmedMean: { kind: "trimmedMean", suspects: 0.25 },
  median: { kind: "median" },
  centeredClip: { kind: "centeredClip" },
  none: { kind: "none" },
} as const satisfies { readonly [Kind in RobustnessConfig["kind"]]: RobustnessConfig & { readonly kind: Kind } };

/** Those that put something else in the place of a mean. */
export type RobustRule = Exclude<RobustnessConfig, { readonly kind: "none" | "clip" }>;

export function replacesMean(robustness: RobustnessConfig): robustness is RobustRule {
  return robustness.kind !== "none" && robustness.kind !== "clip";
}

/** Whether everybody's update counts once there, whatever its weight; see robustMean.ts. */
export const countsEachOnce = (robustness: RobustnessConfig): boolean =>
  replacesMean(robustness) && robustness.kind !== "centeredClip";
