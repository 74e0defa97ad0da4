/**
 * How much more than the others one client may count for, whatever the method; strategies/updateGuard.ts applies them.
 *
 * They are to bind on liars alone, so they stand above what honest clients do: clients that train for the same steps have norms within
 * 1.2 of each other's median, and the most unequal division of docs/experiments.md's data that was drawn gives one client 4.8 times the
 * median rows (docs/robustness.md). An honest client beyond that still counts, but no further.
 */

/** Training rows, in medians of the round. */
export const MAX_ROWS_MULTIPLE = 5;
/** Norm of an update, in medians of the round. Above what budgets in epochs make of unequal rows. */
export const MAX_NORM_MULTIPLE = 4;
