/** How much of their privacy budgets clients have spent, and a federation that hides whole clients. Pure. */

import { spentOnClients } from "@duet/lora-core/federation/noisySum";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatNumber } from "../lib/format.ts";
import { words } from "./words.ts";

export interface BudgetRow {
  readonly clientId: string;
  readonly name: string;
  /** Of the limit, 0 to 1. */
  readonly share: number;
  /** "2.31 of 8.00"; "after a round" before the first report. */
  readonly text: string;
  /** It trains no more. */
  readonly isSpent: boolean;
}

export interface BudgetView {
  readonly epsilon: number;
  readonly rows: readonly BudgetRow[];
}

/** Null in a federation without differential privacy. */
export function budgetView({ config, clients }: Snapshot): BudgetView | null {
  const { privacy } = config.training;
  if (!privacy) return null;
  return {
    epsilon: privacy.epsilon,
    rows: clients.map(({ id, name, history }) => {
      const standing = history.findLast(({ metrics }) => metrics.privacy !== undefined)?.metrics.privacy;
      if (!standing) return { clientId: id, name, share: 0, text: words.budgetView.afterARound, isSpent: false };
      const { epsilon, limit, budgetSpent } = standing;
      return {
        clientId: id,
        name,
        share: limit > 0 ? Math.min(1, epsilon / limit) : 1,
        text: words.budgetView.spentOf(formatNumber(epsilon, 2), formatNumber(limit, 2)),
        isSpent: budgetSpent,
      };
    }),
  };
}

/** What all noisy sums until now tell of any one client: the same for each. Null in a federation that does not hide clients. */
export function clientBudget({ config, rounds }: Snapshot): Pick<BudgetRow, "share" | "text"> | null {
  // One that was begun may have been unmasked, whatever became of its round.
  const sums = rounds.filter(({ closedAt, exchanges }) => closedAt !== null && exchanges > 0).length;
  const spent = spentOnClients(config, sums);
  return (
    spent && {
      share: Math.min(1, spent.epsilon / spent.limit),
      text: words.budgetView.spentOf(formatNumber(spent.epsilon, 2), formatNumber(spent.limit, 2)),
    }
  );
}
