import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

/** Above it a lane and a line for each client cannot be told apart. */
const FEW = 12;

export const isCrowd = ({ clients }: Pick<Snapshot, "clients">): boolean => clients.length > FEW;
