/** Times of processes of one machine, as Linux tells them. */
import { readFileSync } from "node:fs";

/** Ticks of a process' time in a second. */
const TICKS = 100;

/** On a clock that all processes read alike, ms. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Processor time of these processes together since they began, and of their children that have ended, ms. */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const ticks = fields.slice(11, 15).reduce((all, field) => all + Number(field), 0);
    return sum + (1000 * ticks) / TICKS;
  }, 0);
}

/** A process and those that it started and that still run. */
export function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
}
