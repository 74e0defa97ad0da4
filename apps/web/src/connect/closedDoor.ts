/** Whether a federation takes a newcomer, told before any work. Pure. */

import { isDescribed } from "@duet/lora-core/checkpoints/describedLayout";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { words } from "./words.ts";

export interface ClosedDoor {
  readonly title: string;
  readonly text: string;
  /** What there is to look at instead. */
  readonly look: string;
}

/** Why nobody can join now, and what one can do; null while one can. */
export function closedDoor({ phase, joining, clients, config }: Snapshot): ClosedDoor | null {
  if (phase === "finished" || phase === "stopped" || phase === "failed") {
    return { title: words.closedDoor.ended[phase], text: words.closedDoor.endedText, look: words.closedDoor.seeResult };
  }
  const { watch: look } = words.closedDoor;
  if (joining === "closed") return { title: words.closedDoor.closed, text: words.closedDoor.closedText, look };
  if (isDescribed(config.model.config)) return { title: words.closedDoor.forPython, text: words.closedDoor.forPythonText, look };
  const staying = clients.filter(({ status }) => status !== "left").length;
  if (staying < config.maxClients) return null;
  return { title: words.closedDoor.full, text: words.closedDoor.fullText(config.maxClients), look };
}
