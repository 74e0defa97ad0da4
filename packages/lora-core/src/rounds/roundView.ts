/** What people see of the rounds: the part of a snapshot that the machine's state determines. */

import { keysOf, listOf, remembered } from "../protocol/remembered.ts";
import type { ClientView, EventView, ModuleError, Phase, Snapshot } from "../protocol/snapshot.ts";
import type { ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import { unanswered, whatIsSummed } from "./exchangeSteps.ts";
import {
  clientsNeeded,
  clipOf,
  type EnrolledClient,
  exchangeOf,
  type NextRound,
  type OpenRound,
  openRoundOf,
  outstanding,
  type RoundState,
  specOf,
} from "./roundState.ts";
import { roundViewOf } from "./roundSteps.ts";

type RoundsView = Pick<
  Snapshot,
  "phase" | "note" | "createdAt" | "endedAt" | "openRound" | "rounds" | "moduleErrors" | "clients" | "events"
>;

/**
 * Pure. `progress` is null everywhere: it is not part of the state. What did not change between two states is the same object in their
 * views, as what changed is found by identity; so it is never changed in place.
 */
export function roundsView(state: RoundState): RoundsView {
  const open = openRoundOf(state);
  const exchange = exchangeOf(state);
  return {
    phase: phaseOf(state),
    note: noteOf(state),
    createdAt: state.createdAt,
    endedAt: state.endedAt,
    openRound: open && {
      round: specOf(state, open).round,
      attempt: open.attempt,
      participants: listOf(open.participants),
      submitted: keysOf(open.submissions),
      deadlineAt: state.paused ? null : (exchange?.deadlineAt ?? open.deadlineAt),
      exchange: exchange && {
        attempt: exchange.attempt,
        step: exchange.step,
        asked: listOf(exchange.asked),
        answered: keysOf(exchange.answers),
        clip: clipOf(state),
      },
    },
    rounds: [...state.rounds, ...(open ? [roundViewOf(state, open)] : [])],
    moduleErrors: errorsOf(state.moduleErrors),
    clients: clientViewsOf(state.clients),
    events: eventsOf(state.log),
  };
}

/** What people see of a client that did not change is the same object: many of them are looked at for every push. */
const clientViewOf = remembered(({ removed: _, awayUntil: __, history, ...client }: EnrolledClient): ClientView => {
  return { ...client, history: [...history], progress: null };
});

const clientViewsOf = remembered((clients: RoundState["clients"]): ClientView[] => clients.map(clientViewOf));
const errorsOf = remembered((errors: RoundState["moduleErrors"]): ModuleError[] => [...errors]);
const eventsOf = remembered((log: RoundState["log"]): EventView[] => [...log]);

/** The phase people see; a pause hides what would go on without it. */
export function phaseOf({ phase, paused }: RoundState): Phase {
  if (phase.kind === "ended") return phase.how;
  return paused ? "paused" : phase.kind;
}

/** Why it is in this phase and what happens next, one sentence. */
function noteOf(state: RoundState): string {
  const { phase, paused } = state;
  if (phase.kind === "ended")
    return phase.how === "finished" ? "Finished: all rounds are done." : `${phase.reason}. ${kept(state)}`;
  if (paused) return `${paused.reason}.`;
  switch (phase.kind) {
    case "waiting":
      return waitingNote(state, phase.next, phase.until !== null);
    case "collecting":
      return `Round ${specOf(state, phase.open).round} is open; waiting for ${namesOf(outstanding(state, phase.open))}.`;
    case "exchanging":
      return exchangeNote(state, phase.open, phase.exchange.step);
    case "aggregating":
      return `Round ${specOf(state, phase.open).round} is being aggregated.`;
    default:
      phase satisfies never;
      return "";
  }
}

/** What each step of a secure sum is, for people. */
const EXCHANGE_WORDS: Readonly<Record<ExchangeStep, string>> = {
  keys: "keys are exchanged",
  shares: "shares of the keys are exchanged",
  input: "they are sent under masks",
  agree: "the clients agree on who is in the sum",
  unmask: "the sum is unmasked",
};

function exchangeNote(state: RoundState, open: OpenRound, step: ExchangeStep): string {
  const what = whatIsSummed(state, open).replace("the", "The");
  return `${what} are summed so that nobody sees a single one: ${EXCHANGE_WORDS[step]}; waiting for ${namesOf(unanswered(state))}.`;
}

function namesOf(clients: readonly EnrolledClient[]): string {
  const names = clients.map(({ name }) => name);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

function waitingNote(state: RoundState, next: NextRound, isAbandoned: boolean): string {
  if (isAbandoned) return `Everyone left; waiting for someone to come back. ${kept(state)}`;
  const present = state.clients.filter(({ status }) => status === "present").length;
  const missing = Math.max(1, clientsNeeded(state, next) - present);
  return `Waiting for ${missing} more client${missing === 1 ? "" : "s"} before the next round opens.`;
}

function kept({ modelRound }: RoundState): string {
  return modelRound === null ? "No shared adapter was made yet." : `The shared adapter of round ${modelRound} is kept.`;
}
