/** How much of their privacy budgets clients have spent, and a federation that hides whole clients. Pure. */

import type { PrivacyStanding } from "@duet/lora-core/differentialPrivacy/privacyStanding";
import { spentOnClients, sumPrivacyOf } from "@duet/lora-core/federation/noisySum";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatNumber } from "../../lib/numbers.ts";
import { quantile } from "../crowdView.ts";
import { words } from "./words.ts";

export interface BudgetRow {
  readonly clientId: string;
  readonly name: string;
  /** Of the limit, 0 to 1. */
  readonly share: number;
  /** Epsilon; null before the first report. */
  readonly spent: number | null;
  /** "2.31 of 8.00"; "after a round" before the first report. */
  readonly text: string;
  /** It trains no more. */
  readonly isSpent: boolean;
}

export interface BudgetView {
  readonly epsilon: number;
  readonly rows: readonly BudgetRow[];
  /** What bounds a row, and the noise; null before the first report. */
  readonly noise: string | null;
}

/** Null in a federation without differential privacy. */
export function budgetView({ config, clients }: Snapshot): BudgetView | null {
  const { privacy } = config.training;
  if (!privacy) return null;
  const standings = clients.flatMap((client) => standingOf(client) ?? []);
  return {
    epsilon: privacy.epsilon,
    noise:
      standings.length === 0
        ? null
        : words.budgetView.rowNoise(
            formatNumber(privacy.clip, 2),
            rangeText(
              standings.map(({ noiseMultiplier }) => noiseMultiplier),
              (noise) => formatNumber(noise, 2),
            ),
            rangeText(
              standings.map(({ delta }) => delta),
              deltaText,
            ),
          ),
    rows: clients.map((client) => {
      const { id, name } = client;
      const standing = standingOf(client);
      if (!standing) return { clientId: id, name, share: 0, spent: null, text: words.budgetView.afterARound, isSpent: false };
      const { epsilon, limit, budgetSpent } = standing;
      return {
        clientId: id,
        name,
        share: limit > 0 ? Math.min(1, epsilon / limit) : 1,
        spent: epsilon,
        text: words.budgetView.spentOf(formatNumber(epsilon, 2), formatNumber(limit, 2)),
        isSpent: budgetSpent,
      };
    }),
  };
}

/** Of many clients, in one sentence; null before the first report. */
export function budgetSummary(rows: readonly BudgetRow[]): string | null {
  const spent = rows.flatMap((row) => row.spent ?? []).sort((a, b) => a - b);
  const most = spent.at(-1);
  if (most === undefined) return null;
  const gone = rows.filter(({ isSpent }) => isSpent).length;
  return words.budgetPanel.middle(formatNumber(quantile(spent, 0.5), 2), formatNumber(most, 2), gone);
}

const standingOf = ({ history }: ClientView): PrivacyStanding | undefined =>
  history.findLast(({ metrics }) => metrics.privacy !== undefined)?.metrics.privacy;

/** Noise is made for a client's number of rows: from the least to the most. */
function rangeText(figures: readonly number[], format: (figure: number) => string): string {
  const [low, high] = [format(Math.min(...figures)), format(Math.max(...figures))];
  return low === high ? low : words.budgetView.range(low, high);
}

/** To its first two digits, 0.00073. */
const deltaText = (delta: number): string => formatNumber(delta, delta > 0 ? Math.max(2, 1 - Math.floor(Math.log10(delta))) : 0);

export interface ClientBudget extends Pick<BudgetRow, "share" | "text"> {
  /** What bounds a client, and the noise. */
  readonly noise: string;
}

/** What all noisy sums until now tell of any one client: the same for each. Null in a federation that does not hide clients. */
export function clientBudget({ config, rounds }: Snapshot): ClientBudget | null {
  // One that was begun may have been unmasked, whatever became of its round.
  const sums = rounds.filter(({ closedAt, exchanges }) => closedAt !== null && exchanges > 0).length;
  const spent = spentOnClients(config, sums);
  const privacy = sumPrivacyOf(config, rounds.findLast(({ means }) => means?.clip)?.means?.clip ?? null);
  if (!spent || !privacy || !config.clientPrivacy) return null;
  return {
    share: Math.min(1, spent.epsilon / spent.limit),
    text: words.budgetView.spentOf(formatNumber(spent.epsilon, 2), formatNumber(spent.limit, 2)),
    noise: words.budgetView.clientNoise(
      formatNumber(privacy.clip, 2),
      formatNumber(privacy.noiseMultiplier, 2),
      deltaText(config.clientPrivacy.delta),
    ),
  };
}
