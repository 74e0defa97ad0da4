/** What happens, counted: operations/metrics.ts shows it. */
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";

/** What parts of the coordinator count; all of it since the start. */
export interface Tally {
  refused(code: RefusalCode): void;
  /** Of adapters: `up` from clients, `down` to them. */
  moved(direction: "up" | "down", bytes: number): void;
  /** Sealed frames of teams: `up` from members, `down` to them. */
  relayed(direction: "up" | "down", bytes: number): void;
  submissionCounted(): void;
  roundClosed(count: number): void;
  aggregationFailed(): void;
  socketOpened(): void;
  socketClosed(): void;
}
