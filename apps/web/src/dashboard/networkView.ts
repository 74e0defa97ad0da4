/** What travels in a federated round. With most methods they are alike: the first stands for all. Pure. */
import { uploadSize } from "@duet/lora-core/federation/uploadSize";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isLocalLearning } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";

const ROUND = 1;

export interface RoundTraffic {
  /** Bytes of one client. */
  readonly sent: number;
  readonly received: number;
  /** Bytes both ways of all that took part in the newest round, or are to in the first; and how many these are. */
  readonly all: number;
  readonly clients: number;
}

/** Null of a method that exchanges nothing. Keys and shares of a secure sum, and what is sent twice, are not in it. */
export function roundTraffic({
  config,
  adapterBytes,
  rounds,
  clients,
}: Pick<Snapshot, "config" | "adapterBytes" | "rounds" | "clients">): RoundTraffic | null {
  const { receive } = methodOf(config.strategy).plan(config.budgets, { round: ROUND, isNewcomer: false });
  const [sent, received] = [uploadSize(config, ROUND), receive ? adapterBytes : 0];
  if (sent + received === 0) return null;
  const newest = rounds.findLast(({ round }) => !isLocalLearning(round));
  const partaking = newest?.participants.length ?? clients.filter(({ status }) => status !== "left").length;
  return { sent, received, all: partaking * (sent + received), clients: partaking };
}
