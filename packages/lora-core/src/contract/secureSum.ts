/** A client's part in a secure sum, as plain data: who asks, with what, for which step. */
import type { ExchangeKey } from "../protocol/exchange.ts";
import type { Beside } from "../protocol/metrics.ts";
import type { Weighting } from "../strategies/strategy.ts";

/** Of the sums in one round: what all clients make the same vector by. */
export interface SumSize {
  /** No sum is of more clients. */
  readonly maxClients: number;
  /** How finely the values of an update are written, and how many bits of each travel under masks; weighted values beyond `clip` are clipped. */
  readonly range: { readonly clip: number; readonly modulusBits: 16 | 32 };
  /** What is measured beside the adapters; its figures stand behind theirs. Left out: nothing. */
  readonly besides?: readonly Beside[] | undefined;
  /** Null: the sum is exact. */
  readonly privacy: SumPrivacy | null;
}

/** How a sum is kept from telling of any one client. */
export interface SumPrivacy {
  /** C: Euclidean norm that updates are clipped to. */
  readonly clip: number;
  /** Deviation of the noise that surely is in the sum, over what one client can add to it. */
  readonly noiseMultiplier: number;
}

export interface SumRequest {
  readonly key: ExchangeKey;
  /** What is summed: what came of a round, or what this client's rows are like. */
  readonly what: "round" | "statistics";
  readonly federationId: string;
  /** Of the federation's sums in this round. */
  readonly size: SumSize;
  readonly weighting: Weighting;
  /** Secret key of this client's identity, base64url. It never leaves the device. */
  readonly identitySecret: string;
  /** Everybody's public keys by their ids, base64url, as this device knows them. */
  readonly identities: Readonly<Record<string, string>>;
  /** What the coordinator handed out for this step; null in the first. */
  readonly content: Uint8Array | null;
}
