/** Shapes of the contests: every step is of the same calls. */
export const EVEN_STEPS = ["use-lite/16x40", "duet-tiny/8x64"] as const;
/** All steps: with them rows of a federation as they come, several batches in turn. */
export const STEP_NAMES = [...EVEN_STEPS, "use-lite/logs", "duet-tiny/logs"] as const;
export type StepName = (typeof STEP_NAMES)[number];
