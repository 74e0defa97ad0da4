/** What bad clients do, as values. None of them knows what the others send. */
import type { Row } from "@duet/lora-core/data/row";
import { l2Norm, linearCombination } from "@duet/lora-core/tensors/arithmetic";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { normal, type Random } from "@duet/lora-core/tensors/random";

export interface Attack {
  /** In the table. */
  readonly label: string;
  /** What is sent in place of the update that was trained; null sends nothing. */
  readonly spoil: ((update: NamedTensors, uniform: Random) => NamedTensors) | null;
  /** Training rows that are reported for each one. */
  readonly rows: number;
  /** What is trained on in place of the rows. */
  readonly relabel: (train: readonly Row[], labels: readonly string[]) => readonly Row[];
}

const honest = {
  label: "none",
  spoil: (update: NamedTensors) => update,
  rows: 1,
  relabel: (train: readonly Row[]): readonly Row[] => train,
};
const times = (factor: number) => (update: NamedTensors) => linearCombination([factor], [update]);

export const attacks = {
  absent: { ...honest, label: "none, and the attackers stay away", spoil: null },
  none: { ...honest, label: "none, the attackers are honest too" },
  signFlip: { ...honest, label: "sign flipped", spoil: times(-1) },
  scaled10: { ...honest, label: "× 10, rows × 10", spoil: times(10), rows: 10 },
  scaled100: { ...honest, label: "× 100, rows × 1,000,000", spoil: times(100), rows: 1e6 },
  reversed10: { ...honest, label: "× -10, rows × 10", spoil: times(-10), rows: 10 },
  noise: { ...honest, label: "noise of 10 times the norm", spoil: noise(10) },
  labelFlip: { ...honest, label: "labels flipped, rows × 10", rows: 10, relabel: nextLabels },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
export const attackNames = Object.keys(attacks) as [AttackName, ...AttackName[]];

/** A random direction. */
function noise(factor: number) {
  return (update: NamedTensors, uniform: Random) => {
    const drawn: NamedTensors = new Map(
      [...update].map(([key, { shape, data }]) => [key, { shape, data: data.map(() => normal(uniform)) }]),
    );
    return linearCombination([(factor * l2Norm(update)) / l2Norm(drawn)], [drawn]);
  };
}

/** Every answer becomes the label after it, at all attackers alike. */
function nextLabels(train: readonly Row[], labels: readonly string[]): readonly Row[] {
  return train.map((row) => ({ ...row, answer: labels[(labels.indexOf(row.answer) + 1) % labels.length] ?? row.answer }));
}
