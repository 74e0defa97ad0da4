/** The rounds of a federation as one lane per client. Pure. */

import { roundFraction, trainedIn } from "@duet/client/federationProgress";
import type { RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { lateWeight } from "@duet/lora-core/rounds/lateAnswers";
import type { RoundSpec } from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import type { Stage } from "@duet/lora-core/schedule/roundNumbers";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { formatDuration } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import { roundLabel, roundTick } from "../lib/roundWords.ts";
import { textRoom } from "../ui/textRoom.ts";
import { answerOf, isWithoutSum } from "./privacy/secureSumView.ts";
import { words } from "./words.ts";

export interface LaneCell {
  readonly round: number;
  readonly stage: Stage;
  /**
   * counted: its submission was aggregated; missed: it was waited for in vain, or there was no sum; working: the round is open; asked,
   * answered: so is its secure sum.
   */
  readonly kind: "counted" | "missed" | "working" | "asked" | "answered" | "absent" | "ahead";
  /** Share of the open round done; of a counted one its answer on the way to the slowest one, for which it waited; of one that came late what it counts for. */
  readonly fraction: number;
  /** What a screen reader says. */
  readonly text: string;
}

export interface Lane {
  readonly clientId: string;
  readonly name: string;
  readonly status: "present" | "away" | "left";
  readonly cells: readonly LaneCell[];
}

export interface Column {
  readonly round: number;
  readonly label: string;
  readonly title: string;
  /** From its first opening to its end, with pauses and what was begun again; null before that. */
  readonly took: string | null;
  /** It is the open one. */
  readonly isOpen: boolean;
  /** How far what was served is from the mean of what the clients learned, in per cent; null where nothing was averaged. */
  readonly error: string | null;
}

export interface Timeline {
  readonly columns: readonly Column[];
  /** Where the newest aggregation lost most, one sentence; null where it lost nothing. */
  readonly worstModule: string | null;
  readonly lanes: readonly Lane[];
}

export function timelineView(snapshot: Snapshot): Timeline {
  const { config, rounds, clients } = snapshot;
  const total = config.budgets.rounds;
  const schedule = scheduleOf(methodOf(config.strategy), config.budgets);
  const columns = schedule.map(({ round }) => {
    const view = rounds.find((candidate) => candidate.round === round);
    return {
      round,
      label: roundTick(round, total),
      title: roundLabel(round, total),
      took: view ? durationText(secondsOf(view)) : null,
      isOpen: snapshot.openRound?.round === round,
      error: errorText(averagingError(view)),
    };
  });
  const newest = rounds.findLast(({ aggregationError }) => aggregationError !== null);
  const [worst] = averagingError(newest) === null ? [] : snapshot.moduleErrors;
  return {
    columns,
    worstModule: worst && worst.error >= EXACT ? words.timelineView.worst(worst.module, errorText(worst.error)) : null,
    lanes: clients.map(({ id, name, status }) => ({
      clientId: id,
      name,
      status,
      cells: schedule.map((spec) => cellOf(snapshot, id, spec)),
    })),
  };
}

/** By the clock on the wall, which answers are not: they count from the newest opening, without pauses. Null before its end. */
const secondsOf = ({ openedAt, closedAt }: RoundView): number | null => (closedAt === null ? null : (closedAt - openedAt) / 1000);

const durationText = (seconds: number | null): string | null => (seconds === null ? null : formatDuration(seconds));

/** Between texts below the lanes, pixels. */
const FOOT_GAP = 8;

/** Below which columns of `width` pixels there is a text: those that leave room for the longest beside each other, and before the end. */
export function footRounds(columns: readonly Column[], width: number): ReadonlySet<number> {
  const longest = Math.max(...columns.flatMap(({ took, error }) => [textRoom(took ?? ""), textRoom(error ?? "")]));
  const every = Math.ceil((longest + FOOT_GAP) / width);
  const shown = columns.filter((_, index) => index % every === 0 && index + every <= columns.length);
  return new Set(shown.map(({ round }) => round));
}

/** The error of a round that averaged something; null where nothing was, and where one client's adapter is all there is. */
const averagingError = (view: RoundView | undefined): number | null =>
  view && view.aggregated.length > 1 ? view.aggregationError : null;

/** Below this the rest is float32 rounding. */
const EXACT = 1e-5;

function errorText(error: number | null): string | null {
  if (error === null) return null;
  if (error < EXACT) return "0 %";
  return error < 0.001
    ? words.timelineView.percent("<0.1")
    : words.timelineView.percent(formatNumber(100 * error, error < 0.1 ? 1 : 0));
}

function cellOf(snapshot: Snapshot, clientId: string, { round, stage }: RoundSpec): LaneCell {
  const { rounds, clients, config, openRound } = snapshot;
  const view = rounds.find((candidate) => candidate.round === round);
  const label = roundLabel(round, config.budgets.rounds);
  const cell = (kind: LaneCell["kind"], fraction: number, what: string): LaneCell => ({
    round,
    stage,
    kind,
    fraction,
    text: words.timelineView.labelled(label, what),
  });
  if (!view) return cell("ahead", 0, words.timelineView.notYet);
  if (!view.participants.includes(clientId)) return cell("absent", 0, words.timelineView.notPartOfIt);
  if (view.aggregated.includes(clientId)) {
    const [took, slowest] = [view.took?.[clientId] ?? null, Math.max(0, ...Object.values(view.took ?? {}))];
    if (took === null || slowest === 0) return cell("counted", 1, words.timelineView.counted);
    return cell("counted", took / slowest, words.timelineView.countedAfter(formatDuration(took), formatDuration(slowest)));
  }
  const lateIn = rounds.find(({ late }) => late?.[clientId] === round);
  if (lateIn) {
    const weight = lateWeight(round, lateIn.round);
    const counts = roundLabel(lateIn.round, config.budgets.rounds);
    return cell("counted", weight, words.timelineView.late(counts, formatNumber(weight, 2)));
  }
  const client = clients.find(({ id }) => id === clientId);
  const isAtIt = openRound?.stillTaken?.[clientId]?.includes(round) && client?.progress?.round === round;
  if (client && isAtIt)
    return cell("working", roundFraction(client, round, trainedIn(config, round)), words.timelineView.stillAtIt);
  const hasBegun = view.closedAt === null && (client?.progress?.round === round || openRound?.submitted.includes(clientId));
  if (view.behind?.includes(clientId) && !hasBegun) return cell("absent", 0, words.timelineView.behind);
  if (view.closedAt === null && openRound?.round === round && client) {
    const answer = answerOf(snapshot, clientId);
    if (answer) return cell(answer, 1, words.timelineView.steps[answer]);
    const fraction = roundFraction(client, round, trainedIn(config, round));
    const isPaceTold = client.progress === null || client.progress.steps > 0;
    const atWork = isPaceTold ? words.timelineView.percent(formatNumber(100 * fraction)) : words.timelineView.atWork;
    return cell("working", fraction, fraction === 1 ? words.timelineView.submitted : atWork);
  }
  return cell("missed", 0, isWithoutSum(snapshot, round) ? words.timelineView.noSum : words.timelineView.missed);
}
