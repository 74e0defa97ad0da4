/** What a measured speed means in a federation: how long it takes this device, and whether its rounds end in time. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { SampleCounts } from "@duet/lora-core/protocol/metrics";
import { expectedRounds, measuredPace, totalOf } from "../lib/federation/expectedTime.ts";
import type { DeviceCheck } from "../services/deviceCheck.ts";

export interface Readiness {
  readonly tokensPerSecond: number;
  /** Of computing, all rounds together. */
  readonly seconds: number;
  /** Of the round that takes longest. */
  readonly longestRound: number;
  /** That round is over before its deadline. */
  readonly isInTime: boolean;
}

/** Measuring is a guess of how much of the time goes there; `rows` are this device's. */
export function readiness(
  config: Pick<FederationConfig, "strategy" | "budgets" | "training" | "roundDeadlineSeconds">,
  { speed }: Pick<DeviceCheck, "speed">,
  rows: SampleCounts,
): Readiness {
  const rounds = expectedRounds(config, measuredPace(speed, rows)).map(totalOf);
  const longestRound = Math.max(0, ...rounds);
  return {
    tokensPerSecond: speed.tokens / speed.seconds,
    seconds: rounds.reduce((sum, seconds) => sum + seconds, 0),
    longestRound,
    isInTime: longestRound <= config.roundDeadlineSeconds,
  };
}
