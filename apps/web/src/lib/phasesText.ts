/** Where the time of a client's round went, in words. Pure. */
import { ROUND_PHASES, type RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { words } from "./federation/words.ts";
import { formatDuration } from "./format.ts";
import { formatNumber } from "./numbers.ts";
import { words as common } from "./words.ts";

/** Shorter phases are not named. */
const LEAST_SECONDS = 0.05;

/** "steps 12 s, evaluation 1.3 s, wait 3.0 s"; a dash where it is not told. */
export function phasesText({ phases }: Pick<RoundMetrics, "phases">): string {
  if (!phases) return "–";
  const long = ROUND_PHASES.filter((phase) => phases[phase] >= LEAST_SECONDS);
  return long.map((phase) => `${words.phases[phase]} ${secondsText(phases[phase])}`).join(common.listing.comma) || "–";
}

const secondsText = (seconds: number): string =>
  seconds < 10 ? common.format.seconds(formatNumber(seconds, 1)) : formatDuration(seconds);
