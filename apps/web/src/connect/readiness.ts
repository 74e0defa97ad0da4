/** What a measured speed means in a federation: how long it takes this device, and whether its rounds end in time. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expectedRounds, expectedTime, guessedPace, measuredPace, ROWS_EACH, totalOf } from "../lib/federation/expectedTime.ts";
import { roundedTime } from "../lib/format.ts";
import { formatWhole } from "../lib/numbers.ts";
import type { DeviceCheck } from "../services/deviceCheck.ts";
import type { ConnectedData } from "../worker/tabEngine.ts";
import { words } from "./words.ts";

export interface Readiness {
  readonly tokensPerSecond: number;
  /** Of computing, all rounds together that are left. */
  readonly seconds: number;
  /** Of the round that takes longest. */
  readonly longestRound: number;
  /** That round is over before its deadline, or has as few steps as it takes for that. */
  readonly isInTime: boolean;
}

/** The round that began last; null before the first. */
export const begunRound = ({ openRound, rounds }: Pick<Snapshot, "openRound" | "rounds">): number | null =>
  openRound?.round ?? rounds.at(-1)?.round ?? null;

/** Measuring is a guess of how much of the time goes there; `rows` are this device's, `begun` as {@link begunRound} has it. */
export function readiness(
  config: Parameters<typeof expectedRounds>[0] & Pick<FederationConfig, "roundDeadlineSeconds" | "work">,
  { speed }: Pick<DeviceCheck, "speed">,
  rows: SampleCounts,
  begun: number | null = null,
): Readiness {
  const rounds = expectedRounds(config, measuredPace(speed, rows), begun).map(totalOf);
  const longestRound = Math.max(0, ...rounds);
  return {
    tokensPerSecond: speed.tokens / speed.seconds,
    seconds: rounds.reduce((sum, seconds) => sum + seconds, 0),
    longestRound,
    isInTime: config.work === "bySpeed" || longestRound <= config.roundDeadlineSeconds,
  };
}

/** How long a federation takes, in words: as measured here, else by one's own rows, else by as many as are guessed. */
export function computingText(
  config: FederationConfig,
  data: Pick<ConnectedData, "parts" | "rowCount"> | null,
  measured: Pick<Readiness, "seconds"> | null,
): string {
  const seconds = measured?.seconds ?? totalOf(expectedTime(config, guessedPace(config, data?.parts)));
  const time = roundedTime(seconds);
  return data ? words.joinPage.takesYou(time, data.rowCount) : words.joinPage.takes(time, formatWhole(ROWS_EACH));
}
