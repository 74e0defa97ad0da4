/** Who is here: clients join, come back, lose their connection and leave. Pure; each is a step of the round machine. */
import { askedOf, catchesUpNow, isCatchingUp } from "./catchUp.ts";
import { withNewcomer } from "./clientIndex.ts";
import type { Introduction } from "./roundEvents.ts";
import type { RoundSaying } from "./roundSentences.ts";
import { type EnrolledClient, enrolled, type OpenRound, type RoundState, roundInSight } from "./roundState.ts";
import { isStillElsewhere, log, updateClient, withoutIdle } from "./roundSteps.ts";
import { hasPlace } from "./sampling.ts";
import { withFigures } from "./toldFigures.ts";

/** Enrolled once; a round that is open goes on without it. */
export function joined(state: RoundState, clientId: string, introduction: Introduction): RoundState {
  if (enrolled(state, clientId)) return state;
  const client: EnrolledClient = {
    ...introduction,
    id: clientId,
    status: "present",
    removed: false,
    note: null,
    lastSeenAt: state.at,
    awayUntil: null,
    bytesUp: 0,
    bytesDown: 0,
    traffic: null,
    history: [],
  };
  const note = noteOf(state, client);
  return log({ ...state, clients: withNewcomer(state.clients, { ...client, note }) }, ["joined", client.name], clientId);
}

/** What stands beside a client that has come while the others are under way. */
function noteOf(state: RoundState, client: EnrolledClient): RoundSaying | null {
  if (catchesUpNow(state, client)) return ["catchesUp"];
  return roundInSight(state) ? ["takesPartLater"] : null;
}

/**
 * A client that comes back takes part in the open round again, even when it was away at its opening, unless it has to catch up. One that was
 * forgotten since, in a journal from before anybody was, is enrolled anew.
 */
export function returned(state: RoundState, clientId: string, introduction: Introduction): RoundState {
  const client = enrolled(state, clientId);
  if (!client) return joined(state, clientId, introduction);
  if (client.removed) return state;
  const back = withFigures(
    updateClient(state, clientId, () => ({
      ...introduction,
      // Of who has not told yet that it has caught up.
      isNew: introduction.isNew ?? client.isNew,
      status: "present",
      note: null,
      awayUntil: null,
      lastSeenAt: state.at,
    })),
    clientId,
    client.figures,
  );
  if (client.status === "present") return notAwaited(back, clientId);
  return log(notAwaited(withParticipant(back, clientId), clientId), ["back", introduction.name], clientId);
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
  const client = enrolled(state, clientId);
  if (phase.kind !== "collecting" || !client || phase.open.participants.includes(clientId)) return state;
  if (!hasPlace(state, phase.open) || askedOf(state, phase.open, [client]).length === 0) return state;
  const open = { ...phase.open, participants: [...phase.open.participants, clientId] };
  const isElsewhere = isStillElsewhere(state, open, client);
  return { ...state, phase: { kind: "collecting", open: isElsewhere ? withBehind(open, clientId) : open } };
}

/** Who comes back with nothing of what it has learned catches up, and the round that had asked it goes on without it. */
function notAwaited(state: RoundState, clientId: string): RoundState {
  const client = enrolled(state, clientId);
  if (!client || !catchesUpNow(state, client)) return state;
  const noted = updateClient(state, clientId, () => ({ note: ["catchesUp"] }));
  const { phase } = noted;
  if (phase.kind !== "collecting" || !isCatchingUp(noted, phase.open, client)) return noted;
  const { participants, submissions, behind = [] } = phase.open;
  if (!participants.includes(clientId) || clientId in submissions || behind.includes(clientId)) return noted;
  return { ...noted, phase: { kind: "collecting", open: withBehind(phase.open, clientId) } };
}

const withBehind = (open: OpenRound, clientId: string): OpenRound => ({ ...open, behind: [...(open.behind ?? []), clientId] });

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
