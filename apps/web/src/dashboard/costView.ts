/** What taking part has cost, in words. Pure. */
import { type Cost, clientCost, federationCost, type Range } from "@duet/lora-core/federation/clientCost";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import { formatBytes, formatCount, formatDuration } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import { words } from "./words.ts";

export interface CostView {
  readonly tokens: string;
  readonly busy: string;
  readonly bytes: string;
  /** "0.2 to 0.7 Wh". */
  readonly energy: string;
}

/** Null where nothing of it is told. */
export function costView(client: ClientView): CostView | null {
  const cost = clientCost(client);
  return cost && inWords(cost);
}

/** Of all clients that tell, and how many these are. */
export function federationCostView(clients: readonly ClientView[]): (CostView & { readonly of: string }) | null {
  const cost = federationCost(clients);
  return cost && { ...inWords(cost), of: words.costView.of(cost.clients, clients.length) };
}

const inWords = ({ tokens, busySeconds, bytes, energy }: Cost): CostView => ({
  tokens: formatCount(tokens),
  busy: formatDuration(busySeconds),
  bytes: formatBytes(bytes),
  energy: energyText(energy),
});

/** In Wh, from a thousand on in kWh. */
function energyText({ low, high }: Range): string {
  const [unit, divisor] = high < 1000 ? (["Wh", 1] as const) : (["kWh", 1000] as const);
  const digits = high / divisor < 10 ? 2 : 0;
  return words.costView.range(formatNumber(low / divisor, digits), formatNumber(high / divisor, digits), unit);
}
