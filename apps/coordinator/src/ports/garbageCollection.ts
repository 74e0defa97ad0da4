/** How V8 collects garbage in this process (docs/adr/0042-garbage-and-the-event-loop.md). */
import { setFlagsFromString } from "node:v8";

/**
 * New objects are collected by the thread that made them, and by nobody else: with helpers the event loop stands still until each of them
 * had a core, which on a machine with few of them takes longer than the collection. Call before there is much to collect.
 */
export function collectWithoutHelpers(): void {
  setFlagsFromString("--no-parallel-scavenge");
}
