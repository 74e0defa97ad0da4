/** A client's part in a secure sum, as plain data: who asks, with what, for which step. */
import type { ExchangeKey } from "../protocol/exchange.ts";
import type { Weighting } from "../strategies/strategy.ts";

export interface SumRequest {
  readonly key: ExchangeKey;
  readonly federationId: string;
  /** Of the federation: what no sum may be of more than. */
  readonly maxClients: number;
  readonly weighting: Weighting;
  /** Secret key of this client's identity, base64url. It never leaves the device. */
  readonly identitySecret: string;
  /** Everybody's public keys by their ids, base64url, as this device knows them. */
  readonly identities: Readonly<Record<string, string>>;
  /** What the coordinator handed out for this step; null in the first. */
  readonly content: Uint8Array | null;
}
