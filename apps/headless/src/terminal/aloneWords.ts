/** That learning alone is told to be better than what a client serves, and what to do then, in a line. Pure. */
import { aloneAgainstServed } from "@duet/lora-core/federation/aloneAgainstServed";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { SessionLine } from "./sessionWords.ts";

/** Null where it is not. `folder` has what was learned alone. */
export function betterAloneLine(own: Pick<RoundMetrics, "accuracy" | "alone" | "testRows">, folder: string): SessionLine | null {
  const against = aloneAgainstServed(own);
  if (!against?.isBetter) return null;
  const { alone, served, testRows } = against;
  return {
    text: `This client would have been better off alone: that got ${alone} of ${testRows} test rows right, what it serves ${served}, and chance does not explain it. What it learned alone is in ${folder}; duet predict --adapter ${folder} answers with it.`,
    data: { alone, served, testRows, folder },
  };
}
