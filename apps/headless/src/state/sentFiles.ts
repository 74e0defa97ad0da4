/** What left the clients of a state folder: a line for every change of an entry, of which the last counts. No secret is in it. */
import { appendFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LedgerStore } from "@duet/client/sentLedger";
import { type SentEntry, sentEntry } from "@duet/lora-core/protocol/sentLedger";
import { z } from "zod";
import { ensurePrivateFolder, readPrivateFile, removePrivateFile } from "./privateFile.ts";

const line = z.object({ name: z.string(), entry: sentEntry });

export function createSentFiles(folder: string): LedgerStore {
  const fileOf = (owner: string) => join(folder, "sent", `${encodeURIComponent(owner)}.jsonl`);
  return {
    async load(owner) {
      const lines = readPrivateFile(fileOf(owner))?.toString("utf8").split("\n") ?? [];
      return new Map(lines.flatMap((text): [string, SentEntry][] => entryIn(text)));
    },
    async save(owner, name, entry) {
      ensurePrivateFolder(dirname(fileOf(owner)));
      appendFileSync(fileOf(owner), `${JSON.stringify({ name, entry })}\n`, { mode: 0o600 });
    },
    async forget(owner) {
      removePrivateFile(fileOf(owner));
    },
  };
}

/** Nothing of a line that a crash cut off. */
function entryIn(text: string): [string, SentEntry][] {
  try {
    const { name, entry } = line.parse(JSON.parse(text));
    return [[name, entry]];
  } catch {
    return [];
  }
}
