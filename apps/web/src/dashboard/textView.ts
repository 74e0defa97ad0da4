/** How close what the adapters write is to the wanted answers, in a text task. Pure. */

import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { type PerAdapter, perAdapter } from "../lib/adapters.ts";
import { words } from "./words.ts";

export interface TextView {
  /** Means over the clients that tell it. */
  readonly figures: readonly (TextFigure & { readonly values: PerAdapter })[];
  /** Of how much they are, in words. */
  readonly of: string;
}

type Text = NonNullable<RoundMetrics["text"]>;

interface TextFigure {
  readonly name: string;
  readonly key: Exclude<keyof Text, "rows">;
}

const FIGURES: readonly TextFigure["key"][] = ["exactMatch", "tokenF1", "rougeL"];

/** Of every client's newest; null where nobody tells one. */
export function textView({ clients }: Pick<Snapshot, "clients">): TextView | null {
  const told = clients.flatMap(({ history }) => history.findLast(({ metrics }) => metrics.text)?.metrics.text ?? []);
  if (told.length === 0) return null;
  const figures = FIGURES.map((key) => ({
    name: words.textView.figures[key],
    key,
    values: perAdapter((adapter) => mean(told.map((text) => text[key][adapter]))),
  }));
  const rows = told.reduce((sum, text) => sum + text.rows, 0);
  return { figures, of: words.textView.of(rows, told.length) };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
