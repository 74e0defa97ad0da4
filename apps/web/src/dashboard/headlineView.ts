/** The one number of a federation's page: what it is of, how sure it is, and what it is more than. Pure. */

import type { OwnFigures, SessionState } from "@duet/client/sessionState";
import { latestAccuracy, meanAccuracy, summedAccuracy, summedMeans } from "@duet/lora-core/protocol/meanAccuracy";
import type { AdapterKey, RoundMeans } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { newestIn, type PerAdapter } from "../lib/adapters.ts";
import { accuracyInterval, differenceSpread } from "../lib/certainty.ts";
import { isCrowd } from "../lib/crowd.ts";
import { formatFraction } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { type CrowdRow, crowdRows, gainCounts, meanGain, quantile } from "./crowdView.ts";
import { textView } from "./textView.ts";
import { words } from "./words.ts";

export interface HeadlineView {
  /** Of the untouched base, once the federation is over; null before. */
  readonly from: number | null;
  readonly to: number;
  /** "accuracy so far, on your 48 test rows"; once it is over, of which adapter: what serves best may be another. */
  readonly of: string;
  /** "+0.38 over the untouched base"; empty where there is nothing to compare with. */
  readonly over: string;
  /** Where the true accuracy lies, and given what; null where that cannot be said. */
  readonly certainty: string | null;
}

/** Whose figures they are: this tab's own, from its own memory, or everybody's. */
export type Own = Pick<SessionState, "own" | "samples" | "clientId">;

/** Null before anything was measured; in a text task that is at the end. */
export function headlineView(snapshot: Snapshot, own: Own | null): HeadlineView | null {
  if (snapshot.config.task.kind === "text") return writtenHeadline(snapshot);
  if (own?.own) return ownHeadline(snapshot, own.own, own);
  return (isCrowd(snapshot) ? crowdHeadline(snapshot) : null) ?? everybodysHeadline(snapshot);
}

function ownHeadline(snapshot: Snapshot, { accuracy, alone, testRows }: OwnFigures, { samples }: Own): HeadlineView | null {
  const isOver = snapshot.phase === "finished";
  const shown = newestIn(accuracy);
  const to = shown && accuracy[shown];
  if (shown === null || to === null) return null;
  const rows = testRows ?? samples?.test ?? 0;
  const mine = words.headlineView.yourRows(rows);
  return {
    from: isOver ? accuracy.base : null,
    to,
    of: isOver ? words.headlineView.beforeAfter(mine, howOf(shown)) : words.headlineView.soFar(mine),
    over: overText(to, accuracy.base, { alone: alone?.accuracy ?? null, rows }),
    certainty: rows === 0 ? null : certaintyText(to, rows),
  };
}

/** Fewer have no halves and quarters. */
const LEAST_OF_A_CROWD = 4;

/** A mean of very many hides who is left behind. Null where too few tell what they reached, and where a secure sum says it of all. */
function crowdHeadline(snapshot: Snapshot): HeadlineView | null {
  const rows = crowdRows(snapshot);
  const reached = rows.flatMap(({ together }) => together ?? []).sort((a, b) => a - b);
  const newest = newestIn(meanAccuracy(snapshot));
  if (reached.length < LEAST_OF_A_CROWD || newest === null || summedAccuracy(snapshot, newest) !== null) return null;
  const at = (share: number) => formatFraction(quantile(reached, share));
  const isOver = snapshot.phase === "finished";
  const { better, worse, open } = gainCounts(rows);
  const bases = snapshot.clients.flatMap((client) => latestAccuracy(client).base ?? []).sort((a, b) => a - b);
  return {
    from: isOver && bases.length > 0 ? quantile(bases, 0.5) : null,
    to: quantile(reached, 0.5),
    of: words.headlineView[isOver ? "medianBeforeAfter" : "median"](reached.length, at(0.25), at(0.75)),
    over: better + worse + open === 0 ? "" : words.gainPanel.summary(better, worse, open),
    certainty: null,
  };
}

function everybodysHeadline(snapshot: Snapshot): HeadlineView | null {
  const isOver = snapshot.phase === "finished";
  const accuracy = meanAccuracy(snapshot);
  const newest = newestIn(accuracy);
  const to = newest && accuracy[newest];
  if (newest === null || to === null) return null;
  const tellers = snapshot.clients.filter((client) => Object.values(latestAccuracy(client)).some((value) => value !== null));
  const summed = summedMeans(snapshot, newest);
  const whose = summed ? words.headlineView.overAllRows : words.headlineView.ofClients(tellers.length);
  return {
    from: isOver ? accuracy.base : null,
    to,
    of: isOver ? words.headlineView.meanBeforeAfter(whose, howOf(newest)) : words.headlineView.meanSoFar(whose),
    over: overText(to, accuracy.base, summed ? summedAlone(summed) : meanOverAlone(to, snapshot)),
    certainty: null,
  };
}

/** How close what is written comes to the wanted answers. */
function writtenHeadline(snapshot: Snapshot): HeadlineView | null {
  const view = textView(snapshot);
  const written = view?.figures.find(({ key }) => key === "tokenF1")?.values;
  const to = written ? newestOf(written) : null;
  if (!view || !written || to === null) return null;
  return {
    from: written.base,
    to,
    of: words.headlineView.f1(view.of),
    over: overText(to, written.base, null),
    certainty: null,
  };
}

/** "as served", or of which adapter it is where nobody came to the end. */
const howOf = (key: AdapterKey) =>
  key === "fused" ? words.headlineView.asServed : words.headlineView.withAdapter(common.adapterNames[key]);

function newestOf(accuracy: PerAdapter): number | null {
  const newest = newestIn(accuracy);
  return newest && accuracy[newest];
}

/** Over the same rows of all; null where it is not compared. */
const summedAlone = ({ alone }: RoundMeans): Alone | null => (alone ? { alone: alone.accuracy, rows: 0 } : null);

/** As far below as clients have gained; the mean hides how sure that is. */
function meanOverAlone(to: number, snapshot: Snapshot): Alone | null {
  const gain = meanGain(crowdRows(snapshot));
  return gain === null ? null : { alone: to - gain, rows: 0 };
}

/** What as many steps of learning alone have reached on as many rows; 0 where their number says nothing. */
interface Alone {
  readonly alone: number | null;
  readonly rows: number;
}

/** Both stand beside their difference, which a reader makes of what is shown. */
const asShown = (accuracy: number): number => Math.round(100 * accuracy) / 100;

function overText(to: number, base: number | null, alone: Alone | null): string {
  const parts = [
    ...(base === null ? [] : [words.headlineView.overBase(formatGain(asShown(to) - asShown(base)))]),
    ...(alone ? aloneText(to, alone) : []),
  ];
  return parts.join(common.listing.comma);
}

function aloneText(to: number, { alone, rows }: Alone): readonly string[] {
  if (alone === null) return [];
  const gain = formatGain(to - alone);
  const spread = rows === 0 ? null : formatFraction(differenceSpread(to, alone, rows));
  return [words.headlineView.overAlone(spread === null ? gain : words.headlineView.plusMinus(gain, spread))];
}

/** With its sign, +0.04 or −0.01. */
export const formatGain = (gain: number): string => `${gain < 0 ? "−" : "+"}${formatFraction(Math.abs(gain))}`;

/** Of a client over learning alone, with a question mark where its test rows cannot tell it from chance. */
export const gainText = ({ gain, isSure }: Pick<CrowdRow, "gain" | "isSure">): string =>
  gain === null ? "–" : `${formatGain(gain)}${isSure === false ? " ?" : ""}`;

function certaintyText(accuracy: number, rows: number): string {
  const { low, high } = accuracyInterval(accuracy, rows);
  return words.headlineView.certainty(rows, formatFraction(low), formatFraction(high));
}
