import type { DataSplit } from "@duet/lora-core/data/row";

/** Everything that is not tested is trained on. */
export const trainingOnFusionRows = <T>({ train, fusion, test }: Record<keyof DataSplit, readonly T[]>) => ({
  train: [...train, ...fusion],
  fusion,
  test,
});
