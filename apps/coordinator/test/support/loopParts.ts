/** What a federation's loop stands on, in memory: one fusing round, a journal on a disk that can be full, nothing to aggregate. */
import type { RoundPolicy } from "@duet/lora-core/rounds/roundState";
import { pino } from "pino";
import { FederationLoop, type LoopParts } from "../../src/federations/federationLoop.ts";
import type { SharedModel } from "../../src/federations/sharedModel.ts";
import type { FederationStore } from "../../src/storage/federationStore.ts";
import type { Journal } from "../../src/storage/journal.ts";
import type { JournalEntry } from "../../src/storage/journalEntry.ts";

export const loopPolicy: RoundPolicy = {
  schedule: [{ round: 1, stage: "fusing", receives: false, uploads: false }],
  minClients: 1,
  roundDeadlineMs: 1000,
  reconnectGraceMs: 300,
  waitMs: 700,
  exchange: null,
  sampling: null,
  bySpeed: false,
  deadlineBySpeed: false,
  late: null,
  statistics: null,
};

export const introduction = {
  name: "anna",
  device: { backend: "cpu" as const, threads: 1, reason: "", description: "" },
  samples: { train: 1, fusion: 1, test: 1 },
  identity: null,
  figures: "everybody" as const,
};

export function memoryJournal() {
  const entries: JournalEntry[] = [];
  const disk = { isFull: false, writes: 0 };
  const journal: Journal = {
    async append(appended) {
      if (disk.isFull) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC", syscall: "write" });
      disk.writes += 1;
      entries.push(...appended);
    },
    async rewrite(change) {
      entries.splice(0, entries.length, ...entries.map(change));
    },
    close: async () => undefined,
  };
  return { journal, entries, disk };
}

const noModel = {} as SharedModel;
const noStore = { keepSubmissions: async () => undefined } as unknown as FederationStore;

/** A loop over these parts, with nothing to aggregate and nobody who looks, unless they say otherwise. */
export function loopOver(parts: Pick<LoopParts, "log" | "clock"> & Partial<LoopParts>): FederationLoop {
  const tally = { aggregationFailed: () => undefined };
  const quiet = { logger: pino({ level: "silent" }), tally, model: noModel, store: noStore, onChange: () => undefined };
  return new FederationLoop({ ...quiet, ...parts });
}
