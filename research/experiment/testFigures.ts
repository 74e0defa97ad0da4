/** Figures of a run from its single test rows. */
import { countGroups } from "@duet/lora-core/data/nearDuplicates";
import type { RunResult, TestRows } from "./runs.ts";
import { mean } from "./statistics/interval.ts";

/** Mean over the clients of the mean recall of the classes that are among a client's test rows; null where no rows were kept. */
export function balancedAccuracy({ tests }: Pick<RunResult, "tests">): number | null {
  return tests && mean(tests.map(balancedAccuracyOf));
}

/** Mean over the clients of the mean over the near-duplicate groups of their test rows, each counting once however often it was written; null where no rows were kept. */
export function groupAccuracy({ tests }: Pick<RunResult, "tests">): number | null {
  return tests && mean(tests.map(groupAccuracyOf));
}

/** Independent near-duplicate groups in all test parts together; null where no rows were kept. */
export function testGroups({ tests }: Pick<RunResult, "tests">): number | null {
  return tests?.reduce((sum, { group }) => sum + countGroups(group), 0) ?? null;
}

function groupAccuracyOf({ truth, predicted, group }: TestRows): number {
  const groups = [...new Set(group)];
  return mean(
    groups.map((one) => mean(truth.flatMap((label, row) => (group[row] === one ? [Number(predicted[row] === label)] : [])))),
  );
}

function balancedAccuracyOf({ truth, predicted }: TestRows): number {
  const classes = [...new Set(truth)];
  const recalls = classes.map((label) => {
    const members = truth.flatMap((other, row) => (other === label ? [row] : []));
    return mean(members.map((row) => Number(predicted[row] === label)));
  });
  return mean(recalls);
}
