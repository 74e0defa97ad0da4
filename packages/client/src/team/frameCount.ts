/** How much leaves for a team, in the ledger: one entry a connection, because frames are many and nobody but the team can read them. */
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { SentLedger } from "../sentLedger.ts";

export interface FrameCount {
  begin(entered: RequestInput<"team:enter">): void;
  add(bytes: number): void;
}

const WRITE_EVERY_MS = 2_000;

/** It is written down every few seconds, and so it may lack the last ones. */
export function createFrameCount(ledger: Pick<SentLedger, "recordUpload">, now: () => number): FrameCount {
  let write: ((bytes: number) => void) | null = null;
  let pending = 0;
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    begin({ federationId, room }) {
      write = ledger.recordUpload({
        what: "team",
        federationId,
        // Of the room's name: there is no content that could be named.
        blob: { sha256: sha256Of(new TextEncoder().encode(room)), bytes: 0 },
        madeFrom: [["teamSealed"]],
        name: null,
      });
    },
    add(bytes) {
      pending += bytes;
      if (!write || now() - writtenAt < WRITE_EVERY_MS) return;
      write(pending);
      [pending, writtenAt] = [0, now()];
    },
  };
}
