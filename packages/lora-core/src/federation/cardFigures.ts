/** What an exported adapter's card says of how good it is: for people, and as the metadata that the Hugging Face hub reads. Pure. */
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { hidesFigures } from "../protocol/figures.ts";
import type { RoundMetrics } from "../protocol/metrics.ts";
import type { ClientAdapterKind } from "./heldAdapters.ts";

/** Of one client's own test rows, after the round that its adapters have been through. */
export type CardFigures = Pick<RoundMetrics, "accuracy" | "text" | "testRows" | "alone" | "privacy">;

const NAMES = {
  base: "untouched base",
  alone: "learning alone",
  personal: "personal adapter",
  shared: "shared adapter",
  fused: "fused adapter",
} as const;
const TEXT_METRICS = [
  ["exactMatch", "exact_match", "exact match"],
  ["tokenF1", "f1", "F1 of words"],
  ["rougeL", "rouge", "ROUGE-L"],
] as const;

interface CardMetric {
  /** The hub's name of it. */
  readonly type: string;
  readonly label: string;
  readonly rows: number | null;
  readonly values: Readonly<Record<keyof typeof NAMES, number | null>>;
}

/** In a federation with an epsilon there are none: they are computed from rows without noise, and a card goes wherever the file goes. */
function metricsOf(figures: CardFigures | null, config: FederationConfig): readonly CardMetric[] {
  if (!figures || hidesFigures(config)) return [];
  const { accuracy, alone, text, testRows = null } = figures;
  const all: readonly CardMetric[] = [
    { type: "accuracy", label: "accuracy", rows: testRows, values: { ...accuracy, alone: alone?.accuracy ?? null } },
    ...(text
      ? TEXT_METRICS.map(([key, type, label]) => ({ type, label, rows: text.rows, values: { ...text[key], alone: null } }))
      : []),
  ];
  return all.filter(({ values }) => Object.values(values).some((value) => value !== null));
}

/** A section with all adapters of the client beside each other; nothing where nothing was measured. */
export function figureSection(figures: CardFigures | null, config: FederationConfig): readonly string[] {
  const lines = metricsOf(figures, config).map(({ label, rows, values }) => {
    const slots = Object.entries(NAMES) as [keyof typeof NAMES, string][];
    const parts = slots.flatMap(([slot, name]) => (values[slot] === null ? [] : [`${name} ${values[slot].toFixed(3)}`]));
    return `- ${label}${rows === null ? "" : ` on ${rows} rows`}: ${parts.join(", ")}`;
  });
  if (lines.length === 0) return [];
  return [
    `## How good it is\n\nOn one client's own test rows, which nothing was trained or chosen on. Few rows say little.\n\n${lines.join("\n")}`,
  ];
}

/** The block at the head of a README.md by which the hub knows base, library and results (huggingface.co/docs/hub/model-cards). */
export function frontMatter(
  {
    kind,
    figures,
    library,
  }: { readonly kind: ClientAdapterKind; readonly figures: CardFigures | null; readonly library: string },
  config: FederationConfig,
): string {
  const { source } = config.model;
  // Every JSON text is a YAML text.
  const line = (key: string, value: unknown) => `${key}: ${JSON.stringify(value)}`;
  const results = metricsOf(figures, config).flatMap(({ type, label, values }) => {
    const value = values[kind];
    return value === null ? [] : [{ type, name: label, value }];
  });
  const task = config.task.kind === "label" ? "text-classification" : "text-generation";
  const dataset = { type: "private", name: "one client's test rows" };
  return [
    "---",
    ...(source.kind === "hub" ? [line("base_model", source.address)] : []),
    line("library_name", library),
    line("pipeline_tag", task),
    line("tags", ["lora", "federated-learning", "duet"]),
    ...(results.length > 0
      ? [line("model-index", [{ name: config.name, results: [{ task: { type: task }, dataset, metrics: results }] }])]
      : []),
    "---",
  ].join("\n");
}
