/** The steps of a secure sum, in order; each asks who answered in the one before. */
export const EXCHANGE_STEPS = ["keys", "shares", "input", "agree", "unmask"] as const;
export type ExchangeStep = (typeof EXCHANGE_STEPS)[number];
