/** Where figures of rounds go, besides to those who look on. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";

/**
 * Takes what everybody may see of a federation whose round has closed, or that has ended. It returns at once, and never throws: what
 * becomes of it is no round's concern.
 */
export type Report = (snapshot: Snapshot) => void;
