/**
 * A verdict for each client once it has fused: what it serves and why, what its personal adapter alone and the shared one alone score on its test
 * rows, and whether what it serves is told from them; and how many clients went which way. Of clients that tell everybody. Pure.
 */

import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { servesBy } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import { accuracyInterval, type Interval, isBetter } from "../../lib/certainty.ts";
import { formatNumber } from "../../lib/numbers.ts";
import { words as common } from "../../lib/words.ts";
import { words } from "./words.ts";

/** personal, shared: that adapter alone; base: neither. */
export type WayServed = "personal" | "shared" | "mixed" | "base";

export interface ServedFigure {
  readonly accuracy: number;
  /** 95 %, of its test rows. */
  readonly interval: Interval;
}

export interface ClientVerdict {
  readonly clientId: string;
  readonly name: string;
  readonly way: WayServed;
  /** "its personal adapter", "0.50 personal and 0.50 shared". */
  readonly serves: string;
  /** Null where it was not measured. */
  readonly personal: ServedFigure | null;
  readonly shared: ServedFigure | null;
  readonly served: ServedFigure | null;
  /** Against the personal adapter alone: "better", "worse", "perhaps better", "perhaps worse", "not told"; "the same" where it serves that one; null where one was not measured. */
  readonly againstAlone: string | null;
}

export interface Verdicts {
  readonly clients: readonly ClientVerdict[];
  /** How many went which way. */
  readonly ways: string;
  /** How many are better off than alone. */
  readonly against: string;
  /** Why a client serves what it serves. */
  readonly why: string;
}

/** Null before anybody has fused, and where nobody tells. */
export function clientVerdicts({ clients, config }: Pick<Snapshot, "clients" | "config">): Verdicts | null {
  const verdicts = clients.flatMap((client) => verdictOf(client) ?? []);
  if (verdicts.length === 0) return null;
  return {
    clients: verdicts,
    ways: waysWords(verdicts),
    against: againstWords(verdicts),
    why: whyWords(servesBy(methodOf(config.strategy), config.budgets)),
  };
}

function verdictOf({ id, name, history, samples }: ClientView): ClientVerdict | null {
  const last = history.at(-1)?.metrics;
  if (!last?.fusion) return null;
  const { accuracy, fusion } = last;
  const rows = last.testRows ?? samples.test ?? 0;
  const figure = (value: number | null): ServedFigure | null =>
    value === null || rows === 0 ? null : { accuracy: value, interval: accuracyInterval(value, rows) };
  const [personal, shared, served] = [accuracy.personal, accuracy.shared, accuracy.fused].map(figure);
  const way = wayOf(fusion);
  return {
    ...{ clientId: id, name, way, serves: servesWords(way, fusion) },
    ...{ personal: personal ?? null, shared: shared ?? null, served: served ?? null },
    againstAlone: way === "personal" ? words.clientVerdicts.same : againstAlone(served, personal, rows),
  };
}

type Weights = { readonly personal: number; readonly shared: number };

function wayOf({ personal, shared }: Weights): WayServed {
  if (personal !== 0 && shared !== 0) return "mixed";
  if (personal === 0 && shared === 0) return "base";
  return personal === 0 ? "shared" : "personal";
}

function servesWords(way: WayServed, { personal, shared }: Weights): string {
  if (way === "base") return words.clientVerdicts.base;
  if (way !== "mixed") return way === "personal" ? words.clientVerdicts.personal : words.clientVerdicts.shared;
  return words.clientVerdicts.mix(formatNumber(personal, 2), formatNumber(shared, 2));
}

/** By McNemar's exact test at 5 %, of which only the counts are known. */
function againstAlone(
  served: ServedFigure | undefined | null,
  alone: ServedFigure | undefined | null,
  rows: number,
): string | null {
  if (!served || !alone) return null;
  const [a, b] = [served, alone].map(({ accuracy }) => Math.round(accuracy * rows));
  const [right = 0, other = 0] = [a, b];
  const word = right >= other ? words.clientVerdicts.better : words.clientVerdicts.worse;
  const verdict = isBetter(Math.max(right, other), Math.min(right, other), rows);
  if (verdict === "no") return words.clientVerdicts.notTold;
  return verdict === "yes" ? word : words.clientVerdicts.perhaps(word);
}

/** In the order in which they are told. */
const WAYS: readonly WayServed[] = ["mixed", "personal", "shared", "base"];

function waysWords(verdicts: readonly ClientVerdict[]): string {
  const counts = WAYS.flatMap((way) => {
    const count = verdicts.filter((verdict) => verdict.way === way).length;
    return count === 0 ? [] : [words.clientVerdicts.serve(count, words.clientVerdicts.ways[way])];
  });
  return words.clientVerdicts.ofClients(verdicts.length, counts.join(common.listing.comma));
}

function againstWords(verdicts: readonly ClientVerdict[]): string {
  const measured = verdicts.flatMap(({ againstAlone }) => againstAlone ?? []);
  if (measured.length === 0) return words.clientVerdicts.notMeasured;
  const known = measured.filter((one) => one !== words.clientVerdicts.same);
  if (known.length === 0) return words.clientVerdicts.allTheSame;
  const count = (word: string) => known.filter((one) => one === word).length;
  const [better, worse] = [count(words.clientVerdicts.better), count(words.clientVerdicts.worse)];
  return words.clientVerdicts.against(better, worse, known.length - better - worse);
}

function whyWords(serve: Serve | null): string {
  switch (serve?.kind) {
    case "fuse":
      return serve.search.confidence > 0 ? words.clientVerdicts.whyHalf(serve.search.confidence) : words.clientVerdicts.why;
    case "slot":
      return words.clientVerdicts.whySlot(common.adapterNames[serve.slot]);
    default:
      return words.clientVerdicts.whyBoth;
  }
}
