/** What keeps the organiser from starting now. Pure. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { MIN_CLIENTS } from "@duet/lora-core/secureAggregation/minClients";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { words } from "./words.ts";

/** In a sentence; null where the next round opens with those who are here. */
export function startHeldBy({ config, rounds, clients }: Pick<Snapshot, "config" | "rounds" | "clients">): string | null {
  const newest = rounds.at(-1)?.round ?? Number.NEGATIVE_INFINITY;
  const next = scheduleOf(methodOf(config.strategy), config.budgets).find(({ round }) => round > newest);
  const isSummed = config.aggregation === "secure" && next?.uploads === true;
  const here = clients.filter(({ status }) => status === "present").length;
  return isSummed && here < MIN_CLIENTS ? words.startHeldBy.fewInSum(MIN_CLIENTS, MIN_CLIENTS - here) : null;
}
