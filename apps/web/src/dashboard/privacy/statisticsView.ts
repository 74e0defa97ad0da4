/** What there is to see of what all rows are like, and of how unlike one client is. Pure. */
import { type Likeness, likenessOf, type MethodProposal, methodProposal } from "@duet/lora-core/federation/methodProposal";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import {
  chanceDistance,
  distanceOf,
  LENGTH_BINS,
  lengthAt,
  type RowStatistics,
  unlikenessOf,
  withoutPart,
} from "@duet/lora-core/statistics/rowStatistics";
import { formatCount } from "../../lib/format.ts";
import { formatNumber } from "../../lib/numbers.ts";
import { ENDED } from "../progressView.ts";
import { exchangeText } from "./secureSumView.ts";
import { words } from "./words.ts";

export interface StatisticsView {
  /** "720 rows of 3 clients, 240 each on average". */
  readonly whole: string;
  /** Labels with the most rows, then all others as one; empty where answers are texts. */
  readonly bars: readonly LabelBar[];
  /** "Half of the rows have at most 14 tokens, nine in ten at most 31." */
  readonly lengths: string;
  /** 0 to 1; null where it cannot be told. */
  readonly unlikeness: number | null;
  readonly likeness: Likeness | null;
  readonly proposal: MethodProposal;
  /** The federation has what is proposed. */
  readonly isAsProposed: boolean;
}

export interface LabelBar {
  readonly label: string;
  readonly rows: number;
  /** Of the longest bar, 0 to 1. */
  readonly share: number;
}

/** Labels that are named; the others are one bar. */
const NAMED = 10;
/** Tokens: of longer rows it is not counted how long they are. */
const LONGEST = Math.max(...LENGTH_BINS);

/** Null before the sum is made. */
export function statisticsView({ config, statistics }: Pick<Snapshot, "config" | "statistics">): StatisticsView | null {
  const made = statistics?.made;
  if (!made) return null;
  const { sum, clients } = made;
  const labels = config.task.kind === "label" ? config.task.labels : [];
  const unlikeness = labels.length === 0 ? null : unlikenessOf(sum, clients.length);
  const likeness = unlikeness === null ? null : likenessOf(unlikeness);
  const proposal = methodProposal(likeness, labels.length);
  const { strategy, adapter } = config;
  const mean = Math.round(sum.rows / clients.length);
  return {
    whole: words.statisticsView.whole(formatCount(sum.rows), clients.length, formatCount(mean)),
    bars: barsOf(labels, sum.labels),
    lengths: lengthsText(sum.lengths),
    unlikeness,
    likeness,
    proposal,
    isAsProposed:
      proposal.choices?.method === strategy.id &&
      proposal.choices.preset === strategy.preset &&
      proposal.choices.labelVectors === adapter.prototypes?.travel,
  };
}

/** Why there is nothing to see yet, or ever; null where there is, and where nobody is asked. */
export function statisticsPending({ config, statistics, openRound, rounds, phase }: Snapshot): string | null {
  if (!config.statistics || statistics?.made) return null;
  const hasBegun = openRound !== null || rounds.length > 0;
  if (ENDED.has(phase) && !hasBegun) return words.statisticsView.endedBefore;
  if (statistics?.exchange) return words.statisticsView.underWay(exchangeText({ openRound, statistics }) ?? "");
  return hasBegun ? words.statisticsView.neverMade : words.statisticsView.toCome;
}

export interface OwnDistance {
  /** 0 to 1. */
  readonly distance: number;
  /** What so few rows of one mix would have. */
  readonly byChance: number;
}

export interface OwnStatistics {
  /** Of its labels and of its lengths from the rest's; null where there is nothing to compare. */
  readonly labels: OwnDistance | null;
  readonly lengths: OwnDistance | null;
  /** "You have 120 rows, the others 600 together." */
  readonly rows: string;
}

/** One client beside the rest: the sum without its own part, where it is in it. Null before the sum is made. */
export function ownStatistics(
  { statistics }: Pick<Snapshot, "statistics">,
  clientId: string,
  own: RowStatistics,
): OwnStatistics | null {
  const made = statistics?.made;
  if (!made) return null;
  const rest = made.clients.includes(clientId) ? withoutPart(made.sum, own) : made.sum;
  return {
    labels: distanceFrom(own.labels, rest.labels),
    lengths: distanceFrom(own.lengths, rest.lengths),
    rows: words.statisticsView.ownRows(formatCount(own.rows), formatCount(rest.rows)),
  };
}

function distanceFrom(own: readonly number[], rest: readonly number[]): OwnDistance | null {
  const [distance, byChance] = [distanceOf(own, rest), chanceDistance(own, rest)];
  return distance === null || byChance === null ? null : { distance, byChance };
}

function barsOf(labels: readonly string[], rows: readonly number[]): readonly LabelBar[] {
  const all = labels.map((label, at) => ({ label, rows: rows[at] ?? 0 })).toSorted((a, b) => b.rows - a.rows);
  const [named, others] = all.length > NAMED + 1 ? [all.slice(0, NAMED), all.slice(NAMED)] : [all, []];
  const rest = others.reduce((sum, bar) => sum + bar.rows, 0);
  const bars = others.length > 0 ? [...named, { label: words.statisticsView.others(others.length), rows: rest }] : named;
  const most = Math.max(1, ...bars.map((bar) => bar.rows));
  return bars.map((bar) => ({ ...bar, share: bar.rows / most }));
}

function lengthsText(lengths: readonly number[]): string {
  const [half, most] = [lengthAt(0.5, lengths), lengthAt(0.9, lengths)];
  if (half === null || most === null) return "";
  const top = formatNumber(LONGEST);
  if (isLonger(0.5, lengths)) return words.statisticsView.halfLonger(top);
  if (isLonger(0.9, lengths)) return words.statisticsView.someLonger(formatNumber(half), top);
  return words.statisticsView.lengths(formatNumber(half), formatNumber(most));
}

/** More than the rest of the rows are longer than any bin tells. */
function isLonger(share: number, lengths: readonly number[]): boolean {
  const rows = lengths.reduce((sum, count) => sum + count, 0);
  return rows - (lengths[LENGTH_BINS.length] ?? 0) < share * rows;
}
