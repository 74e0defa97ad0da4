/** A client's part of one round, as plain data: what is asked of it, what comes out, and what it keeps. */
import type { Confusion } from "../data/classificationMetrics.ts";
import type { BackendName, RoundMetrics } from "../protocol/metrics.ts";
import type { RoundPlan } from "../strategies/strategy.ts";

export interface RoundRequest {
  readonly round: number;
  readonly plan: RoundPlan;
  /** What the coordinator sent of its adapter, as a blob; null when the plan receives none. */
  readonly received: Uint8Array | null;
}

export interface RoundResult {
  /** As the federation's uploads are coded; null when the plan uploads nothing. */
  readonly upload: Uint8Array | null;
  /** What may be sent: with privacy, nothing that was computed from rows but what the noise covers. */
  readonly metrics: RoundMetrics;
  /** All figures, where `metrics` leaves some out. Stays on the device. */
  readonly own?: RoundMetrics | undefined;
  /** Counts [actual][predicted] of the served adapter on the test rows, after fusing in a label task. Stays on the device. */
  readonly confusion: Confusion | null;
  /** The same of the personal adapter alone; null or left out where it was not measured, and in older records. Stays on the device. */
  readonly personalConfusion?: Confusion | null | undefined;
}

/** What a client must keep to come back as the same one. Never leaves the device. */
export interface ClientCheckpoint {
  /** The last round that was finished; null before the first. */
  readonly lastRound: number | null;
  readonly personal: Uint8Array;
  readonly shared: Uint8Array;
  /** Frozen update beside both, of any rank; null or left out where there is none. */
  readonly merged?: Uint8Array | null;
  /** SCAFFOLD's c_i; null or left out where there is none. */
  readonly control?: Uint8Array | null;
  /** What rounding lost of the differences it has sent; null or left out where there is none. */
  readonly residual?: Uint8Array | null;
  /** What learning alone has come to; null or left out where it is not compared. */
  readonly alone?: Uint8Array | null;
  /** What the client serves, of any rank; null or left out before the fusing round. */
  readonly served?: Uint8Array | null;
  /** The shared adapter before and after what the client sent last, of any rank: kept beside what it serves; null or left out where there is none. */
  readonly sent?: { readonly before: Uint8Array; readonly after: Uint8Array } | null;
}

/** One opening of one round; a round that is opened again has the next attempt. */
export interface RoundKey {
  readonly round: number;
  readonly attempt: number;
}

/** How a client began to work on a round. */
export type RoundBeginning =
  | { readonly kind: "new" }
  | {
      readonly kind: "resumed";
      /** Where in a training; null between trainings. */
      readonly training: { readonly step: number; readonly steps: number } | null;
      /** What has computed it so far. */
      readonly backend: BackendName;
      /** Whether it comes to the same bits as if it had never stopped: not on another backend, or with other pieces of a batch. */
      readonly isExact: boolean;
      /** With differential privacy: samples and noise are drawn anew, and lost steps stay paid for. */
      readonly isPrivate?: boolean;
    }
  /** What was kept of it cannot be gone on from. */
  | { readonly kind: "anew" };

/** The newest finished round, kept so that it can be sent again without training again. */
export interface DoneRound extends RoundKey, RoundResult {
  /** The coordinator has acknowledged it, for this attempt. */
  readonly submitted: boolean;
}

/** What a device keeps of a client besides its rows. */
export interface KeptClient {
  /** After the last finished round, or what it starts from; null for the federation's seeded start. */
  readonly checkpoint: ClientCheckpoint | null;
  readonly done: DoneRound | null;
}
