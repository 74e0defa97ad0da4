/** Figures of a run from its single test rows. */
import { countGroups } from "@duet/lora-core/data/nearDuplicates";
import type { RunResult, TestRows } from "./runs.ts";
import { mean } from "./statistics/interval.ts";

/** Mean over the clients of the mean recall of the classes that are among a client's test rows; null where no rows were kept. */
export function balancedAccuracy({ tests }: Pick<RunResult, "tests">): number | null {
  return tests && mean(tests.map(balancedAccuracyOf));
}

/** Independent near-duplicate groups in all test parts together; null where no rows were kept. */
export function testGroups({ tests }: Pick<RunResult, "tests">): number | null {
  return tests?.reduce((sum, { group }) => sum + countGroups(group), 0) ?? null;
}

function balancedAccuracyOf({ truth, predicted }: TestRows): number {
  const classes = [...new Set(truth)];
  const recalls = classes.map((label) => {
    const members = truth.flatMap((other, row) => (other === label ? [row] : []));
    return mean(members.map((row) => Number(predicted[row] === label)));
  });
  return mean(recalls);
}
