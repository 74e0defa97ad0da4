/** What a federation is protected by, by the names of the table. */
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";

export type DefenceName = keyof typeof ROBUSTNESS;
/** The plain mean first: the others are compared with it. */
export const defenceNames = ["none", "multiKrum", "clip", "trimmedMean", "median", "centeredClip"] as const;
export const RECOMMENDED = "multiKrum" satisfies DefenceName;

export const defences = ROBUSTNESS;
