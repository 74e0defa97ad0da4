/** What leads a federation's page where there is no figure to lead with: that it is to come, or why there is none. Pure. */
import { hidesFigures } from "@duet/lora-core/protocol/figures";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { noFiguresText } from "../lib/figuresWords.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

/** `takesPart` for a tab that has figures of its own to come, whoever else sees any. */
export function leadText(snapshot: Snapshot, takesPart: boolean): string {
  const { config, phase, rounds } = snapshot;
  const isOver = ENDED.has(phase);
  if (!isOver && takesPart) return words.headline.ahead[config.task.kind];
  // What nobody tells may still come out of secure sums.
  const hasSums = config.aggregation === "secure" && !hidesFigures(config);
  const hidden = hasSums ? null : noFiguresText(snapshot, "figures");
  if (hidden !== null) return hidden;
  if (!isOver) return words.headline.ahead[config.task.kind];
  const isMeasured = phase === "finished" || rounds.some(({ aggregated }) => aggregated.length > 0);
  return isMeasured ? words.headline.untold[config.task.kind] : words.headline.never;
}
