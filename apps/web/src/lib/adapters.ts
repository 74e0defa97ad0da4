import type { AdapterKey } from "@duet/lora-core/protocol/metrics";

/** The four adapters and their fixed colours, the same in every chart, badge and table. */
export const ADAPTERS = [
  { key: "base", label: "base", color: "var(--base)", hint: "The frozen model, as downloaded." },
  { key: "personal", label: "personal", color: "var(--personal)", hint: "What a client learns for itself." },
  { key: "shared", label: "shared", color: "var(--shared)", hint: "What you and the others learn together." },
  {
    key: "fused",
    label: "fused",
    color: "var(--fused)",
    hint: "Personal and shared, combined with the weights found at the end.",
  },
] as const satisfies readonly {
  readonly key: AdapterKey;
  readonly label: string;
  readonly color: string;
  readonly hint: string;
}[];

export type PerAdapter = Readonly<Record<AdapterKey, number | null>>;

/** One value per adapter. */
export const perAdapter = (value: (key: AdapterKey) => number | null): PerAdapter => ({
  base: value("base"),
  personal: value("personal"),
  shared: value("shared"),
  fused: value("fused"),
});
