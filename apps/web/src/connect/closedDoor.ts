/** Whether a federation takes a newcomer, told before any work. Pure. */
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { plural } from "../lib/format.ts";

export interface ClosedDoor {
  readonly title: string;
  readonly text: string;
}

const OVER = {
  finished: "This federation has finished.",
  stopped: "The organiser has stopped this federation.",
  failed: "This federation has failed.",
} as const;

/** Why nobody can join now, and what one can do; null while one can. */
export function closedDoor({ phase, joining, clients, config }: Snapshot): ClosedDoor | null {
  if (phase === "finished" || phase === "stopped" || phase === "failed") {
    return { title: OVER[phase], text: "Nobody can join any more. What came of it can still be seen." };
  }
  if (joining === "closed") {
    return {
      title: "This federation is closed to new clients.",
      text: "Ask the organiser to open it. Who is in can come back.",
    };
  }
  const staying = clients.filter(({ status }) => status !== "left").length;
  if (staying < config.maxClients) return null;
  return {
    title: "This federation is full.",
    text: `It takes at most ${plural(config.maxClients, "client")}. Ask the organiser whether somebody will leave; this page notices it by itself.`,
  };
}
