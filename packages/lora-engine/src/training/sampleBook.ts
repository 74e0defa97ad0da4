/** What clients' adapters answered to a few of their test rows so far: kept where that is possible, and known in any case. */
import type { KeptSamples, SampleHistory, TakenSamples } from "@duet/lora-core/contract/answerSamples";
import type { Row } from "@duet/lora-core/data/row";
import { withSamples } from "./answerSamples.ts";

/** Where a device keeps them, by clients' ids. Everything may reject. */
export interface SampleStore {
  of(clientId: string): Promise<KeptSamples | null>;
  save(clientId: string, samples: KeptSamples): Promise<void>;
}

export interface SampleBook {
  /** A client comes with what is kept of it; of that, what cannot be read is begun anew. Nothing of one that is forgotten meanwhile. */
  note(clientId: string, round: number, samples: TakenSamples): Promise<void>;
  /** Null where nothing was noted. */
  of(clientId: string): Promise<KeptSamples | null>;
  /** What is known so far is of no use any more. */
  renew(clientId: string): Promise<void>;
  forget(clientId: string): void;
}

const NOTHING: KeptSamples = { places: [], rounds: [] };

/** `store` is null where nothing is kept. */
export function createSampleBook(store: SampleStore | null): SampleBook {
  const known = new Map<string, KeptSamples>();
  const forgotten = new Set<string>();
  const of = async (clientId: string) => known.get(clientId) ?? (await store?.of(clientId).catch(() => null)) ?? null;
  return {
    of,
    async note(clientId, round, samples) {
      const kept = withSamples(await of(clientId), round, samples);
      if (forgotten.has(clientId)) return;
      known.set(clientId, kept);
      await store?.save(clientId, kept).catch(() => {});
    },
    async renew(clientId) {
      if (forgotten.has(clientId)) return;
      known.set(clientId, NOTHING);
      await store?.save(clientId, NOTHING).catch(() => {});
    },
    forget(clientId) {
      forgotten.add(clientId);
      known.delete(clientId);
    },
  };
}

/** With the rows that they are of, out of the client's test rows. */
export function sampleHistory({ places, rounds }: KeptSamples, test: readonly Row[]): SampleHistory {
  const rows = places.flatMap((place) => test.slice(place, place + 1));
  return { rows: rows.map(({ line, input, answer }) => ({ line, input, wanted: answer })), rounds };
}

/** Whether these answers are to the same rows, out of either client's test rows. */
export function areOfSameRows(kept: KeptSamples, one: readonly Row[], other: readonly Row[]): boolean {
  const rowsOf = (test: readonly Row[]) => JSON.stringify(sampleHistory(kept, test).rows);
  return rowsOf(one) === rowsOf(other);
}
