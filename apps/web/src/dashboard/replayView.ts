/** A federation as it stood when a round closed, from what its page has. Pure. */

import type { ClientView, Phase, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { formatClock } from "../lib/format.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { ENDED } from "./progressView.ts";
import { words } from "./words.ts";

/** Where a replay can stand. */
export interface ReplayStop {
  /** The round that had just closed; null for the federation as it is. */
  readonly round: number | null;
  readonly label: string;
}

/** Every closed round, then the end, or now. Fewer than two have nothing between them to look at. */
export function replayStops({ rounds, config, phase }: Pick<Snapshot, "rounds" | "config" | "phase">): readonly ReplayStop[] {
  const closed = rounds.filter(isClosed).map(({ round }) => round);
  const isOver = ENDED.has(phase);
  // After the last round's end there is the federation's.
  const earlier = isOver ? closed.slice(0, -1) : closed;
  const stops = earlier.map((round) => ({ round, label: roundLabel(round, config.budgets.rounds) }));
  return [...stops, { round: null, label: isOver ? words.replayView.end : words.replayView.now }];
}

/** The round that is asked for where a replay can stand there, else the federation as it is. */
export const replayedRound = (stops: readonly ReplayStop[], asked: number | null): number | null =>
  stops.some(({ round }) => round === asked) ? asked : null;

const isClosed = ({ closedAt }: RoundView): boolean => closedAt !== null;

/** In such a snapshot nothing is open, and nobody is at work. */
const PHASE_BETWEEN_ROUNDS: Phase = "collecting";

/**
 * As of the moment at which `round` closed: its rounds, figures, events, and who was there. What is told without its time stays as it is
 * now: counted bytes, when somebody was last seen, the budget of an epsilon.
 */
export function asOfRound(snapshot: Snapshot, round: number): Snapshot {
  const { rounds, clients, events } = snapshot;
  const seen = rounds.filter((view) => view.round <= round && isClosed(view));
  const at = seen.at(-1)?.closedAt ?? snapshot.createdAt;
  return {
    ...snapshot,
    phase: PHASE_BETWEEN_ROUNDS,
    note: words.replayView.asOf(formatClock(at)),
    told: null,
    endedAt: at,
    openRound: null,
    rounds: seen,
    moduleErrors: [],
    clients: clients.flatMap((client) => clientAt(client, rounds, round) ?? []),
    events: events.filter((event) => event.at <= at),
  };
}

/** Null for one that was not in yet. */
function clientAt(client: ClientView, rounds: readonly RoundView[], round: number): ClientView | null {
  const own = rounds.filter(({ participants }) => participants.includes(client.id));
  const [first, last] = [own.at(0), own.at(-1)];
  if (!first || !last || first.round > round) return null;
  const here = own.find((view) => view.round === round);
  const hasMissed = here !== undefined && !here.aggregated.includes(client.id);
  const hasLeft = client.status === "left" && last.round < round;
  return {
    ...client,
    status: hasLeft ? "left" : hasMissed ? "away" : "present",
    note: null,
    told: null,
    progress: null,
    history: client.history.filter((entry) => entry.round <= round),
  };
}
