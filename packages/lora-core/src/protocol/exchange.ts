/** What clients and the coordinator tell each other to sum securely; what the content holds says secureAggregation/messages.ts. */
import { z } from "zod";
import { EXCHANGE_STEPS } from "../secureAggregation/exchangeStep.ts";

export const exchangeStep = z.enum(EXCHANGE_STEPS);

/** Names one answer: there is one for each client. */
export const exchangeKey = z.strictObject({
  round: z.number().int().min(0).max(10_000),
  /** Of the secure sum, counted over all openings of the round. */
  attempt: z.number().int().min(1).max(10_000),
  step: exchangeStep,
});
export type ExchangeKey = z.output<typeof exchangeKey>;
