/** A client of a simulated federation, with what it reported and sent so far. */
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { Client } from "@duet/lora-engine/training/runRound";
import type { ClientData } from "./clientData.ts";

export interface SimulatedClient {
  readonly id: string;
  readonly data: ClientData;
  client: Client;
  readonly metrics: { readonly round: number; readonly metrics: RoundMetrics }[];
  bytesUp: number;
  bytesDown: number;
}
