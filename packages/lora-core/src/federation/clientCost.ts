/**
 * What taking part has cost clients: tokens, time and bytes as they were told and counted, and an estimate of energy from the two. Pure.
 *
 * energy = busy seconds x watts of what computes + bytes x energy of the network
 *
 * Assumptions, ours, as wide as devices are unlike; nothing of it is measured:
 *  - a busy thread of a processor takes 3 to 10 W: 15 to 45 W on four threads of a laptop, 65 to 125 W on twelve of a desktop, with what is
 *    around them;
 *  - what computes on a GPU takes 10 (part of a laptop's processor) to 300 W (a desktop's card);
 *  - a byte takes 0.002 to 0.06 kWh a GB through the network: Aslan et al. 2018 (doi 10.1111/jiec.12630) have 0.06 for 2015, halved every two years.
 * Not in it: waiting, the screen, the download of the base model and of the page, and the coordinator.
 */
import type { Device } from "../protocol/metrics.ts";
import type { ClientView } from "../protocol/snapshot.ts";

export const WATTS_OF_A_THREAD = { low: 3, high: 10 } as const;
export const WATTS_OF_A_GPU = { low: 10, high: 300 } as const;
/** kWh per GB. */
export const ENERGY_OF_A_GIGABYTE = { low: 0.002, high: 0.06 } as const;

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Cost {
  readonly tokens: number;
  /** Of computing, without waiting. */
  readonly busySeconds: number;
  /** Sent and received. */
  readonly bytes: number;
  /** Wh. */
  readonly energy: Range;
}

const JOULES_PER_WH = 3600;
const WH_PER_BYTE_OF_KWH_PER_GB = 1e3 / 1e9;

/** Null where it does not tell what it computes with, or has not told how long. */
export function clientCost({ device, history, bytesUp, bytesDown }: CostFacts): Cost | null {
  const busySeconds = history.reduce((sum, { metrics: { phases, trainSeconds } }) => {
    if (!phases) return sum + trainSeconds;
    const { wait: _, ...busy } = phases;
    return sum + Object.values(busy).reduce((total, seconds) => total + seconds, 0);
  }, 0);
  if (!device || busySeconds === 0) return null;
  const bytes = bytesUp + bytesDown;
  const watts = wattsOf(device);
  const energyOf = (end: keyof Range) =>
    (busySeconds * watts[end]) / JOULES_PER_WH + bytes * ENERGY_OF_A_GIGABYTE[end] * WH_PER_BYTE_OF_KWH_PER_GB;
  return {
    tokens: history.reduce((sum, { metrics: { trainTokens, fusion } }) => sum + trainTokens + (fusion?.forwardTokens ?? 0), 0),
    busySeconds,
    bytes,
    energy: { low: energyOf("low"), high: energyOf("high") },
  };
}

type CostFacts = Pick<ClientView, "device" | "history" | "bytesUp" | "bytesDown">;

export interface FederationCost extends Cost {
  /** Clients that it is of. */
  readonly clients: number;
}

/** Of all clients of which it is known; null where that is nobody. */
export function federationCost(clients: readonly CostFacts[]): FederationCost | null {
  const costs = clients.flatMap((client) => clientCost(client) ?? []);
  if (costs.length === 0) return null;
  const sum = (pick: (cost: Cost) => number) => costs.reduce((total, cost) => total + pick(cost), 0);
  return {
    clients: costs.length,
    tokens: sum(({ tokens }) => tokens),
    busySeconds: sum((cost) => cost.busySeconds),
    bytes: sum(({ bytes }) => bytes),
    energy: { low: sum(({ energy }) => energy.low), high: sum(({ energy }) => energy.high) },
  };
}

function wattsOf({ backend, threads }: Device): Range {
  if (backend === "webgpu") return WATTS_OF_A_GPU;
  return { low: threads * WATTS_OF_A_THREAD.low, high: threads * WATTS_OF_A_THREAD.high };
}
