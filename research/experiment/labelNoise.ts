/** Wrong answers in the training rows, for the robustness runs. */
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { random } from "@duet/lora-core/tensors/random";

/** Each training row gets another label with probability `share`; fusion and test rows stay right. */
export function withLabelNoise(split: DataSplit, labels: readonly string[], share: number, seed: number): DataSplit {
  if (share === 0) return split;
  const uniform = random(seed, "labelNoise");
  const spoilt = (row: Row): Row => {
    if (uniform() >= share) return row;
    const others = labels.filter((label) => label !== row.answer);
    return { ...row, answer: others[Math.floor(uniform() * others.length)] ?? row.answer };
  };
  return { ...split, train: split.train.map(spoilt) };
}
