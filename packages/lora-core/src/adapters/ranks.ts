/**
 * How adapters of clients with unlike ranks come together: filled up with zeros; the same, and each weighted by its size; or by their products, of which
 * an SVD makes the next one. See strategies/ownRanks.ts and strategies/productMean.ts.
 */
export const RANKS = ["padded", "weighted", "svd"] as const;
export type Ranks = (typeof RANKS)[number];
