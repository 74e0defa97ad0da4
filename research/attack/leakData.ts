/** Who trains on what in a federation that is listened to: rows dealt out of one pool, and planted sentences. */
import type { Row } from "@duet/lora-core/data/row";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import { labelledRows } from "../experiment/labelledRows.ts";
import type { LeakSettings } from "./leakRun.ts";

/** The pool's own seed: each run deals from the same rows, so that the others can be shadows of one. */
const POOL = 1;
/** So that half of the pool is nobody's. */
const SHARE_OF_POOL = 0.5;
/** How often each client's planted sentences stand among its rows. */
const COPIES = [1, 4] as const;
const CANARY_WORDS = 8;
const WORD = /^[a-z]{4,12}$/;

/** A sentence of words that mean nothing together, with an answer that nothing but itself tells. */
export interface Canary {
  readonly client: number;
  readonly copies: number;
  readonly row: Row;
}

export interface LeakData {
  readonly labels: readonly string[];
  readonly pool: readonly Row[];
  /** For every client, indices into the pool. */
  readonly members: readonly (readonly number[])[];
  readonly canaries: readonly Canary[];
}

/** @throws {Error} when the scenario's file is missing. */
export function leakData(folder: string, settings: LeakSettings): LeakData {
  const { scenario, seed, clients, rows } = settings;
  const all = labelledRows(folder, scenario).map(({ row }) => row);
  const pool = differing(shuffled(all, random(POOL, "pool", scenario))).slice(0, Math.round((clients * rows) / SHARE_OF_POOL));
  const labels = [...new Set(all.map(({ answer }) => answer))].sort();
  const dealt = shuffled([...pool.keys()], random(seed, "members"));
  const members = Array.from({ length: clients }, (_, i) => dealt.slice(i * rows, (i + 1) * rows));
  return { labels, pool, members, canaries: canariesOf(pool, labels, settings) };
}

/** What a client trains on. */
export function rowsOf({ pool, members, canaries }: LeakData, client: number): readonly Row[] {
  const planted = canaries
    .filter((canary) => canary.client === client)
    .flatMap(({ copies, row }) => Array.from({ length: copies }, () => row));
  return [...(members[client] ?? []).flatMap((index) => pool[index] ?? []), ...planted];
}

/** Words of texts that are worth recovering: no short ones. */
export function wordsOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap(({ input }) => input.toLowerCase().split(/[^a-z]+/)).filter((word) => WORD.test(word)));
}

/** The same text twice would be a member and a stranger. */
function differing(rows: readonly Row[]): readonly Row[] {
  const texts = new Set<string>();
  return rows.filter(({ input }) => {
    const text = input.toLowerCase().replace(/[^a-z]+/g, " ");
    return !texts.has(text) && texts.add(text);
  });
}

function canariesOf(pool: readonly Row[], labels: readonly string[], { seed, clients }: LeakSettings): readonly Canary[] {
  const uniform = random(seed, "canaries");
  const words = [...wordsOf(pool)];
  return Array.from({ length: clients }, (_, client) => client).flatMap((client) =>
    COPIES.map((copies) => {
      const input = shuffled(words, uniform).slice(0, CANARY_WORDS).join(" ");
      const answer = labels[Math.floor(uniform() * labels.length)] ?? "";
      return { client, copies, row: { line: 1, input, answer } };
    }),
  );
}
