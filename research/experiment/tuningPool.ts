/** Rows that settings are tuned on, and no table ever tests, trains or divides. */
import { countGroups, nearDuplicateGroups } from "@duet/lora-core/data/nearDuplicates";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { LabelledRow } from "./labelledRows.ts";

/** One near-duplicate group in this many is for tuning; the same ones whatever a run's seed. */
const GROUPS_PER_TUNING_GROUP = 5;
const POOL_SEED = 0;

/** The rows that are for tuning, or those that are for tables. */
export function rowsOfPool(rows: readonly LabelledRow[], pool: "tuning" | "tables"): readonly LabelledRow[] {
  const groups = nearDuplicateGroups(rows.map(({ row }) => row.input));
  const order = shuffled([...new Array(countGroups(groups)).keys()], random(POOL_SEED, "tuning pool"));
  const tuning = new Set(order.slice(0, Math.floor(order.length / GROUPS_PER_TUNING_GROUP)));
  return rows.filter((_, i) => tuning.has(groups[i] ?? -1) === (pool === "tuning"));
}
