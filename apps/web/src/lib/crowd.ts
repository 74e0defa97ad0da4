import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { tells } from "./toldFigures.ts";

/** Above it a lane for each client cannot be told apart. */
const FEW = 12;

export const isCrowd = ({ clients }: Pick<Snapshot, "clients">): boolean => clients.length > FEW;

/** Above it a line for each client that tells its figures cannot be told apart. */
const FEW_LINES = 8;

export const hasManyLines = ({ clients }: Pick<Snapshot, "clients">): boolean => clients.filter(tells).length > FEW_LINES;
