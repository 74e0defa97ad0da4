/** What people see of the rounds: the part of a snapshot that the machine's state determines. */

import type { DataStatistics } from "../protocol/dataStatistics.ts";
import { keysOf, listOf, remembered } from "../protocol/remembered.ts";
import type { ClientView, EventView, ModuleError, Phase, Snapshot } from "../protocol/snapshot.ts";
import { say } from "../sayings/saying.ts";
import { isLocalLearning } from "../schedule/roundNumbers.ts";
import { catchesUpNow, catchingUp } from "./catchUp.ts";
import { presentIn } from "./clientIndex.ts";
import { unanswered, whatIsSummed } from "./exchangeSteps.ts";
import { stillTakenOf } from "./lateAnswers.ts";
import { sharesBelowOne } from "./pace.ts";
import { ROUND_SENTENCES, type RoundSaying } from "./roundSentences.ts";
import {
  clientsNeeded,
  clipOf,
  type EnrolledClient,
  exchangeOf,
  type MadeStatistics,
  type NextRound,
  openRoundOf,
  outstanding,
  type RoundSpec,
  type RoundState,
  roundInSight,
  specOf,
} from "./roundState.ts";
import { roundViewOf } from "./roundSteps.ts";

type RoundsView = Pick<
  Snapshot,
  | "phase"
  | "note"
  | "told"
  | "createdAt"
  | "endedAt"
  | "openRound"
  | "statistics"
  | "catchingUp"
  | "rounds"
  | "moduleErrors"
  | "clients"
  | "events"
>;

/**
 * Pure. `progress` is null everywhere: it is not part of the state. What did not change between two states is the same object in their
 * views, as what changed is found by identity; so it is never changed in place.
 */
export function roundsView(state: RoundState): RoundsView {
  const open = roundInSight(state);
  const exchange = exchangeOf(state);
  const told = notesOf(state);
  const shares = open && sharesBelowOne(state, open, open.participants);
  const stillTaken = open && stillTakenOf(state, open);
  const newcomers = catchingUp(state);
  return {
    phase: phaseOf(state),
    note: told.map((saying) => say(ROUND_SENTENCES, saying)).join(" "),
    told,
    createdAt: state.createdAt,
    endedAt: state.endedAt,
    openRound: open && {
      round: specOf(state, open).round,
      attempt: open.attempt,
      participants: listOf(open.participants),
      submitted: keysOf(open.submissions),
      deadlineAt: state.paused ? null : (exchange?.deadlineAt ?? open.deadlineAt),
      ...(shares ? { shares } : {}),
      ...(open.behind ? { behind: listOf(open.behind) } : {}),
      ...(open.skipped ? { skipped: listOf(open.skipped) } : {}),
      ...(stillTaken ? { stillTaken } : {}),
      exchange: exchange && {
        attempt: exchange.attempt,
        step: exchange.step,
        asked: listOf(exchange.asked),
        answered: keysOf(exchange.answers),
        clip: clipOf(state),
      },
    },
    ...(state.policy.statistics && { statistics: statisticsView(state) }),
    ...(newcomers && { catchingUp: newcomers }),
    rounds: [...state.rounds, ...(open ? [roundViewOf(state, open)] : [])],
    moduleErrors: errorsOf(state.moduleErrors),
    clients: clientViewsOf(state.clients),
    events: eventsOf(state.log),
  };
}

function statisticsView(state: RoundState): DataStatistics {
  const open = openRoundOf(state);
  const exchange = open?.forStatistics ? exchangeOf(state) : null;
  const made = state.statistics?.made ?? null;
  return {
    exchange: exchange &&
      open && {
        round: specOf(state, open).round,
        attempt: exchange.attempt,
        step: exchange.step,
        asked: listOf(exchange.asked),
        answered: keysOf(exchange.answers),
        ...(open.skipped ? { skipped: listOf(open.skipped) } : {}),
      },
    made: made && madeView(made),
  };
}

const madeView = remembered(({ clients, sum }: MadeStatistics) => ({ clients: [...clients], sum }));

/** What people see of a client that did not change is the same object: many of them are looked at for every push. */
const clientViewOf = remembered((enrolledClient: EnrolledClient): ClientView => {
  const { removed: _, awayUntil: __, isNew: ___, traffic: ____, history, note, ...client } = enrolledClient;
  return { ...client, note: note && say(ROUND_SENTENCES, note), told: note, history: [...history], progress: null };
});

const clientViewsOf = remembered((clients: RoundState["clients"]): ClientView[] => clients.map(clientViewOf));
const errorsOf = remembered((errors: RoundState["moduleErrors"]): ModuleError[] => [...errors]);
const eventsOf = remembered((log: RoundState["log"]): EventView[] => [...log]);

/** The phase people see; a pause hides what would go on without it. */
export function phaseOf({ phase, paused }: RoundState): Phase {
  if (phase.kind === "ended") return phase.how;
  return paused ? "paused" : phase.kind;
}

/** Why it is in this phase and what happens next. */
function notesOf(state: RoundState): readonly RoundSaying[] {
  const { phase, paused } = state;
  if (phase.kind === "ended") return phase.how === "finished" ? [["finished"]] : [["because", phase.reason], kept(state)];
  if (paused) return [["because", paused.reason]];
  switch (phase.kind) {
    case "waiting":
      return waitingNotes(state, phase.next, phase.until !== null);
    case "collecting":
      return [collectingSaying(specOf(state, phase.open), namesOf(outstanding(state, phase.open)))];
    case "exchanging":
      return [["summing", whatIsSummed(state, phase.open), phase.exchange.step, namesOf(unanswered(state))]];
    case "aggregating":
      return [phase.open.forStatistics ? ["counting"] : ["aggregating", specOf(state, phase.open).round]];
    default:
      return phase satisfies never;
  }
}

function collectingSaying({ round, stage }: RoundSpec, names: string | RoundSaying): RoundSaying {
  if (isLocalLearning(round)) return ["learningAlone", names];
  return stage === "fusing" ? ["fusing", names] : ["collecting", round, names];
}

function namesOf(clients: readonly EnrolledClient[]): string | RoundSaying {
  const names = clients.map(({ name }) => name);
  return names.length > 3 ? ["andMore", names.slice(0, 3).join(", "), names.length - 3] : names.join(", ");
}

function waitingNotes(state: RoundState, next: NextRound, isAbandoned: boolean): readonly RoundSaying[] {
  if (isAbandoned) return [["abandoned"], kept(state)];
  const missing = clientsNeeded(state, next) - presentIn(state.clients);
  const newcomers = state.clients.filter((client) => client.status === "present" && catchesUpNow(state, client));
  if (missing <= 0 && newcomers.length > 0) return [["waitingForCatchUp", namesOf(newcomers)]];
  return [["waitingForMore", Math.max(1, missing)]];
}

function kept({ modelRound }: RoundState): RoundSaying {
  return modelRound === null ? ["nothingKept"] : ["kept", modelRound];
}
