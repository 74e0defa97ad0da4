/** What can happen to a federation, and what it then asks of its surroundings. */

import type { ExchangeKey } from "../protocol/exchange.ts";
import type { FiguresFor } from "../protocol/figures.ts";
import type { Device, RoundMeans, RoundMetrics, ToldCounts } from "../protocol/metrics.ts";
import type { ModuleError } from "../protocol/snapshot.ts";
import type { RowStatistics } from "../statistics/rowStatistics.ts";
import type { ClientStanding } from "../strategies/updateStanding.ts";
import type { Exchange } from "./exchange.ts";
import type { ArtifactId, ClientId } from "./roundState.ts";

/** What a client says about itself when it joins or comes back. */
export interface Introduction {
  readonly name: string;
  readonly figures: FiguresFor;
  readonly device: Device | null;
  readonly samples: ToldCounts;
  /** Public key, where what clients share is summed securely. */
  readonly identity: string | null;
  /** Of its adapters, where that is less than the federation's; it stays. */
  readonly rank?: number | undefined;
  /** It has finished no round; left out where it has, and by who does not tell. */
  readonly isNew?: true | undefined;
}

type Happening =
  | { readonly type: "clientJoined"; readonly clientId: ClientId; readonly introduction: Introduction }
  | { readonly type: "clientReturned"; readonly clientId: ClientId; readonly introduction: Introduction }
  | { readonly type: "clientAway"; readonly clientId: ClientId }
  | { readonly type: "clientLeft"; readonly clientId: ClientId }
  | { readonly type: "fetched"; readonly clientId: ClientId; readonly bytes: number }
  | {
      readonly type: "submitted";
      readonly clientId: ClientId;
      readonly round: number;
      readonly artifact: ArtifactId | null;
      /** Of what it sent, hex: outlives the artifact. Null where it sent none, and in journals from before it was kept. */
      readonly sha256: string | null;
      readonly bytes: number;
      readonly metrics: RoundMetrics;
    }
  /** A client's answer in a step of the secure sum. */
  | (ExchangeKey & {
      readonly type: "exchanged";
      readonly clientId: ClientId;
      readonly artifact: ArtifactId;
      /** As with `submitted`. */
      readonly sha256: string | null;
      readonly bytes: number;
    })
  /** Who is left is enough by number, but cannot make this sum. */
  | { readonly type: "exchangeFailed"; readonly round: number; readonly attempt: number; readonly reason: string }
  | TimerEvent
  | {
      readonly type: "aggregated";
      readonly round: number;
      /** See RoundView.aggregationError. Null where it is not known yet. */
      readonly error: number | null;
      readonly moduleErrors: readonly ModuleError[];
      /** Of the clients whose updates were aggregated. */
      readonly standings: readonly ClientStanding[];
      /** Of all counted clients, from their secure sum; null where each has told its own. */
      readonly means: RoundMeans | null;
    }
  /** What all rows are like, from the sum before the round. */
  | { readonly type: "counted"; readonly round: number; readonly statistics: RowStatistics }
  /** The aggregation error of a closed round, once it is known. */
  | {
      readonly type: "gauged";
      readonly round: number;
      readonly error: number;
      readonly moduleErrors: readonly ModuleError[];
    }
  /** storage: the result could not be written; method: the contributions could not be aggregated. */
  | {
      readonly type: "aggregationFailed";
      readonly round: number;
      readonly cause: "storage" | "method";
      readonly reason: string;
    }
  /** What a client had sent is not what the coordinator has on its disk any more. */
  | { readonly type: "submissionDamaged"; readonly clientId: ClientId; readonly round: number }
  | { readonly type: "started" }
  | { readonly type: "paused" }
  | { readonly type: "resumed" }
  | { readonly type: "roundClosed" }
  /** The organiser does not want to wait for it in this round. */
  | { readonly type: "clientSkipped"; readonly clientId: ClientId }
  | { readonly type: "clientRemoved"; readonly clientId: ClientId }
  | { readonly type: "stopped" }
  /** The coordinator came back: every connection is gone, and the time it was down counts against nobody. */
  | { readonly type: "restarted" };

/** An event with its instant, as it is journalled. */
export type RoundEvent = Happening & { readonly at: number };

/** What a timer becomes when it fires. */
export type TimerEvent =
  /** `patient`: of a round that may wait longer than its deadline, see patience.ts; left out where it may not, as in journals of before there were such. */
  | { readonly type: "deadlinePassed"; readonly round: number; readonly attempt: number; readonly patient?: true | undefined }
  | (ExchangeKey & { readonly type: "exchangeDeadlinePassed" })
  | { readonly type: "waitExpired" }
  | { readonly type: "graceExpired"; readonly clientId: ClientId };

/** Starting a timer of a key that runs replaces it. Everything visible is pushed as a snapshot, so no command says so. */
export type RoundCommand =
  | { readonly type: "startTimer"; readonly key: string; readonly at: number; readonly event: TimerEvent }
  | { readonly type: "cancelTimer"; readonly key: string }
  | {
      readonly type: "aggregate";
      readonly round: number;
      readonly inputs: readonly AggregateInput[];
      /** How the inputs are to be unmasked; null where they are what clients share. */
      readonly exchange: Exchange | null;
      /** What is summed is what clients' rows are like, and nothing of a round. */
      readonly forStatistics?: true;
    };

export interface AggregateInput {
  readonly clientId: ClientId;
  readonly artifact: ArtifactId;
  /** Training rows of the client. */
  readonly sampleCount: number;
  /** How much of its round's steps it did. */
  readonly share: number;
  /** What it counts for beside others, where it came late; left out: 1. */
  readonly weight?: number;
  /** Of what it sent, where that is less than the federation's. */
  readonly rank?: number | undefined;
}
