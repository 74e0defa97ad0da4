/** Who is here: clients join, come back, lose their connection and leave. Pure; each is a step of the round machine. */
import { withNewcomer } from "./clientIndex.ts";
import { isBehind } from "./lateAnswers.ts";
import type { Introduction } from "./roundEvents.ts";
import type { RoundSaying } from "./roundSentences.ts";
import { type EnrolledClient, enrolled, type RoundState, roundInSight } from "./roundState.ts";
import { log, updateClient, withoutIdle } from "./roundSteps.ts";
import { hasPlace } from "./sampling.ts";
import { withFigures } from "./toldFigures.ts";

/** Enrolled once; a round that is open goes on without it. */
export function joined(state: RoundState, clientId: string, introduction: Introduction): RoundState {
  if (enrolled(state, clientId)) return state;
  const note = roundInSight(state) ? (["takesPartLater"] as const) : null;
  const client: EnrolledClient = {
    ...introduction,
    id: clientId,
    status: "present",
    removed: false,
    note,
    lastSeenAt: state.at,
    awayUntil: null,
    bytesUp: 0,
    bytesDown: 0,
    history: [],
  };
  return log({ ...state, clients: withNewcomer(state.clients, client) }, ["joined", client.name], clientId);
}

/**
 * A client that comes back takes part in the open round again, even when it was away at its opening. One that was forgotten since, in a
 * journal from before anybody was, is enrolled anew.
 */
export function returned(state: RoundState, clientId: string, introduction: Introduction): RoundState {
  const client = enrolled(state, clientId);
  if (!client) return joined(state, clientId, introduction);
  if (client.removed) return state;
  const back = withFigures(
    updateClient(state, clientId, () => ({
      ...introduction,
      status: "present",
      note: null,
      awayUntil: null,
      lastSeenAt: state.at,
    })),
    clientId,
    client.figures,
  );
  if (client.status === "present") return back;
  return log(withParticipant(back, clientId), ["back", introduction.name], clientId);
}

/** Who sees its figures, and what it says of itself, is the client's choice after the end too. */
export function returnedAfterEnd(state: RoundState, clientId: string, { figures, device, samples }: Introduction): RoundState {
  const client = enrolled(state, clientId);
  if (!client || client.removed) return state;
  const change = { figures, device, samples, status: "present", note: null } as const;
  return withFigures(
    updateClient(state, clientId, () => change),
    clientId,
    client.figures,
  );
}

function withParticipant(state: RoundState, clientId: string): RoundState {
  const { phase } = state;
  if (phase.kind !== "collecting" || phase.open.participants.includes(clientId) || !hasPlace(state, phase.open)) return state;
  const { behind = [] } = phase.open;
  const stillBehind = isBehind(state, phase.open, clientId) ? { behind: [...behind, clientId] } : {};
  const open = { ...phase.open, participants: [...phase.open.participants, clientId], ...stillBehind };
  return { ...state, phase: { kind: "collecting", open } };
}

/** May come back within the grace time. */
export function away(state: RoundState, clientId: string): RoundState {
  const client = enrolled(state, clientId);
  if (client?.status !== "present") return state;
  const awayUntil = state.at + state.policy.reconnectGraceMs;
  const next = updateClient(state, clientId, () => ({
    status: "away",
    awayUntil,
    lastSeenAt: state.at,
    note: ["mayComeBack"],
  }));
  return log(next, ["connectionLost", client.name], clientId);
}

/** For good, unless it comes back by itself and was not removed. */
export function left(state: RoundState, clientId: string, why: RoundSaying, removed: boolean): RoundState {
  const client = enrolled(state, clientId);
  if (!client || (client.status === "left" && (client.removed || !removed))) return state;
  const lastSeenAt = client.status === "present" ? state.at : client.lastSeenAt;
  const next = updateClient(state, clientId, () => ({ status: "left", removed, awayUntil: null, lastSeenAt, note: why }));
  const told = why[0] === "lost" ? (["goneForGood", client.name] as const) : (["of", client.name, why] as const);
  return withoutIdle(log(next, told, clientId));
}
