import type { AdapterKey, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { words } from "./words.ts";

/** What can answer in a tab: the federation's adapters, and what the client learned alone beside it. */
export type Answerer = AdapterKey | "alone";

/** Words as they are in the language of now. */
const named = <Key extends Answerer>(key: Key, color = `var(--${key})`) => ({
  key,
  color,
  get label() {
    return words.adapterNames[key];
  },
  get hint() {
    return words.adapters[`${key}Hint`];
  },
});

/** The four adapters and their fixed colours, the same in every chart, badge and table. */
export const ADAPTERS = [named("base"), named("personal"), named("shared"), named("fused")] as const;

const [BASE, ...LEARNED] = ADAPTERS;
const ALONE = named("alone", "var(--ink-2)");

/** With what was learned alone, which is compared with them and no part of the federation. */
export const ANSWERERS = [BASE, ALONE, ...LEARNED] as const;

/** Those that there are in a tab, as they are shown: what was learned alone first where the person uses it. */
export function answerersOf({ hasAlone, usesAlone }: Choice): readonly (typeof ANSWERERS)[number][] {
  if (!hasAlone) return ADAPTERS;
  return usesAlone ? [ALONE, ...ADAPTERS] : ANSWERERS;
}

interface Choice {
  readonly hasAlone: boolean;
  readonly usesAlone: boolean;
}

export type PerAdapter = Readonly<Record<AdapterKey, number | null>>;

/** One value per adapter. */
export const perAdapter = (value: (key: AdapterKey) => number | null): PerAdapter => ({
  base: value("base"),
  personal: value("personal"),
  shared: value("shared"),
  fused: value("fused"),
});

const NEWEST_FIRST: readonly AdapterKey[] = ["fused", "shared", "personal"];

/** What is served, or would be now: chosen without a look at test rows, as the best of several on them is not. Null where nothing was measured. */
export const newestIn = (accuracy: PerAdapter): AdapterKey | null => NEWEST_FIRST.find((key) => accuracy[key] !== null) ?? null;

type Fusion = NonNullable<RoundMetrics["fusion"]>;

const takesOne = ({ personal, shared }: Fusion): boolean => personal + shared === 1 && personal * shared === 0;

/** Whether weights say anything: not where a method serves one adapter as it is, and nobody searched. */
export const isChosen = (fusion: Fusion): boolean => fusion.evaluations > 0 || !takesOne(fusion);

/** What can be compared: without the fused adapter where the weights make it one of the others as it is. */
export const comparable = ({ accuracy, fusion }: Pick<RoundMetrics, "accuracy" | "fusion">): PerAdapter =>
  fusion && takesOne(fusion) ? { ...accuracy, fused: null } : accuracy;
