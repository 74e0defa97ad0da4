/** What there is to see of a federation's secure sums. Pure. */

import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { federationPhrase } from "@duet/lora-core/secureAggregation/identity";
import { decodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { roundLabel } from "../../lib/roundWords.ts";
import { words } from "./words.ts";

export interface SecureSumView {
  /** Six words of all identities; null while there is nobody to compare with. */
  readonly phrase: string | null;
  /** How many keys they stand for. */
  readonly keys: number;
  /** A sentence about every round that was closed without a sum. */
  readonly lost: readonly string[];
}

/** Null where updates are sent as they are. */
export function secureSumView(snapshot: Snapshot): SecureSumView | null {
  const { federationId, config, clients, rounds } = snapshot;
  if (config.aggregation !== "secure") return null;
  const identities = clients.flatMap(({ id, identity }) =>
    identity === null ? [] : [{ client: id, publicKey: decodeKey(identity) }],
  );
  return {
    phrase: identities.length < 2 ? null : federationPhrase(federationId, identities),
    keys: identities.length,
    lost: rounds
      .filter(({ round }) => isWithoutSum(snapshot, round))
      .map(({ round }) => words.secureSumView.noSum(roundLabel(round, config.budgets.rounds))),
  };
}

/** True of a closed round whose updates were to be summed securely, and were not. */
export function isWithoutSum({ config, rounds }: Snapshot, round: number): boolean {
  const view = rounds.find((candidate) => candidate.round === round);
  if (config.aggregation !== "secure" || !view || view.closedAt === null || view.aggregated.length > 0) return false;
  return methodOf(config.strategy).plan(config.budgets, { round, isNewcomer: false }).upload !== null;
}

/** "step 3 of 5: masked updates, 2 of 3 have answered"; null where no sum is under way. */
export function exchangeText({ openRound, statistics }: Pick<Snapshot, "openRound" | "statistics">): string | null {
  const exchange = openRound?.exchange ?? statistics?.exchange;
  if (!exchange) return null;
  const { step, asked, answered } = exchange;
  const at = words.secureSumView.step(EXCHANGE_STEPS.indexOf(step) + 1, EXCHANGE_STEPS.length, words.secureSumView.steps[step]);
  return words.secureSumView.answered(at, answered.length, asked.length);
}

/** Where a client stands in the sum that is under way; null where it is not asked. */
export function answerOf({ openRound }: Pick<Snapshot, "openRound">, clientId: ClientView["id"]): "answered" | "asked" | null {
  const exchange = openRound?.exchange;
  if (!exchange?.asked.includes(clientId)) return null;
  return exchange.answered.includes(clientId) ? "answered" : "asked";
}
