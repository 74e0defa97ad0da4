/** Which base is proposed for which kind of task, as measured in docs/models.md, "Which base by default". */

import { parseBase } from "../architectures/modelConfig.ts";
import type { Task } from "../data/task.ts";
import type { BaseModel } from "../protocol/baseModel.ts";

/** Names of folders in `models/`. */
export const DEFAULT_BASE: Readonly<Record<Task["kind"], string>> = { label: "use-lite", text: "duet-base" };

/** Where a hub can be reached; "" proposes none. */
export const PROPOSED_ON_HUB: Readonly<Record<Task["kind"], string>> = {
  label: "sentence-transformers/all-MiniLM-L6-v2",
  text: "",
};

/** An encoder only tells labels apart; a base that is only described is for no tab. */
export function isFitFor(kind: Task["kind"], { config }: BaseModel): boolean {
  const { kind: computed, family } = parseBase(config);
  return computed !== "described" && (kind === "label" || family === "causal-lm");
}

/** The default among these models, else the first one that is fit; null when none is. */
export function proposedBase(models: readonly BaseModel[], kind: Task["kind"]): BaseModel | null {
  const fit = models.filter((model) => isFitFor(kind, model));
  return fit.find(({ name }) => name === DEFAULT_BASE[kind]) ?? fit[0] ?? null;
}
