/**
 * A verdict for each client once it has fused: what it serves and why, what learning alone, its personal adapter and the shared one score on its
 * test rows, and whether what it serves is told from the first of them that there is; and how many clients went which way. Of clients that tell everybody. Pure.
 */

import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isBetter } from "@duet/lora-core/statistics/isBetter";
import { servesBy } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import { accuracyInterval, type Interval } from "../../lib/certainty.ts";
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
  readonly alone: ServedFigure | null;
  readonly personal: ServedFigure | null;
  readonly shared: ServedFigure | null;
  readonly served: ServedFigure | null;
  /** Against the rival: "better", "worse", "perhaps better", "perhaps worse", "undecided"; "the same" where it serves that one; null where one was not measured. */
  readonly isBetter: string | null;
}

/** What is served is compared with: what learning alone made, else an adapter that is not everybody's. */
export type Rival = "alone" | "personal" | "shared";

export interface Verdicts {
  readonly rival: Rival;
  readonly clients: readonly ClientVerdict[];
  /** How many went which way. */
  readonly ways: string;
  /** How many are better off than with the rival. */
  readonly against: string;
  /** Why a client serves what it serves. */
  readonly why: string;
}

/** Null before anybody has fused, and where nobody tells. */
export function clientVerdicts({ clients, config }: Pick<Snapshot, "clients" | "config">): Verdicts | null {
  const served = clients.flatMap((client) => servedOf(client) ?? []);
  if (served.length === 0) return null;
  const rival = rivalOf(served);
  const verdicts = served.map((one) => ({
    ...one,
    isBetter: one.way === rival ? words.clientVerdicts.same : isBetterThan(one, rival),
  }));
  return {
    rival,
    clients: verdicts,
    ways: waysWords(verdicts),
    against: againstWords(verdicts, rival),
    why: whyWords(servesBy(methodOf(config.strategy), config.budgets)),
  };
}

/** A client's figures, before anything is compared. */
type Served = Omit<ClientVerdict, "isBetter"> & { readonly rows: number };

function servedOf({ id, name, history, samples }: ClientView): Served | null {
  const last = history.at(-1)?.metrics;
  if (!last?.fusion) return null;
  const { accuracy, fusion, alone } = last;
  const rows = last.testRows ?? samples.test ?? 0;
  const figure = (value: number | null): ServedFigure | null =>
    value === null || rows === 0 ? null : { accuracy: value, interval: accuracyInterval(value, rows) };
  const way = wayOf(fusion);
  return {
    ...{ clientId: id, name, way, serves: servesWords(way, fusion), rows },
    alone: figure(alone?.accuracy ?? null),
    personal: figure(accuracy.personal),
    shared: figure(accuracy.shared),
    served: figure(accuracy.fused),
  };
}

/** The first that is something else than what all of them serve. */
function rivalOf(clients: readonly Served[]): Rival {
  if (clients.some(({ alone }) => alone !== null)) return "alone";
  return clients.every(({ way }) => way === "personal") ? "shared" : "personal";
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
function isBetterThan({ served, rows, ...figures }: Served, rival: Rival): string | null {
  const other = rightOf(figures[rival], rows);
  const right = rightOf(served, rows);
  if (right === null || other === null) return null;
  const word = right >= other ? words.clientVerdicts.better : words.clientVerdicts.worse;
  const verdict = isBetter(Math.max(right, other), Math.min(right, other), rows);
  if (verdict === "no") return words.clientVerdicts.undecided;
  return verdict === "yes" ? word : words.clientVerdicts.perhaps(word);
}

const rightOf = (figure: ServedFigure | null, rows: number): number | null => figure && Math.round(figure.accuracy * rows);

/** In the order in which they are told. */
const WAYS: readonly WayServed[] = ["mixed", "personal", "shared", "base"];

function waysWords(verdicts: readonly ClientVerdict[]): string {
  const counts = WAYS.flatMap((way) => {
    const count = verdicts.filter((verdict) => verdict.way === way).length;
    return count === 0 ? [] : [words.clientVerdicts.serve(count, words.clientVerdicts.ways[way])];
  });
  return words.clientVerdicts.ofClients(verdicts.length, counts.join(common.listing.comma));
}

function againstWords(verdicts: readonly ClientVerdict[], rival: Rival): string {
  const measured = verdicts.flatMap(({ isBetter }) => isBetter ?? []);
  if (measured.length === 0) return words.clientVerdicts.notMeasured(words.clientVerdicts.rivals[rival]);
  const known = measured.filter((one) => one !== words.clientVerdicts.same);
  if (known.length === 0) return words.clientVerdicts.allTheSame;
  const count = (word: string) => known.filter((one) => one === word).length;
  const [better, worse] = [count(words.clientVerdicts.better), count(words.clientVerdicts.worse)];
  return words.clientVerdicts.against(words.clientVerdicts.rivals[rival], better, worse, known.length - better - worse);
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
