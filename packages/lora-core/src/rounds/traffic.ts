/** What clients send and receive, in all and by round. Pure. */
import type { Traffic } from "../protocol/snapshot.ts";
import { type ClientId, type EnrolledClient, openRoundOf, type RoundState, specOf } from "./roundState.ts";
import { updateClient } from "./roundSteps.ts";

/** A client was handed out the adapter that the open round starts from; between rounds, and after the last, it is that of the newest. */
export function received(state: RoundState, clientId: ClientId, bytes: number): RoundState {
  const open = openRoundOf(state);
  const round = open ? specOf(state, open).round : (state.rounds.at(-1)?.round ?? null);
  return updateClient(state, clientId, (client) =>
    round === null
      ? { bytesDown: client.bytesDown + bytes }
      : { bytesDown: client.bytesDown + bytes, ...crossed(client, round, { up: 0, down: bytes }) },
  );
}

/** What changes of a client that sent so much in a round. */
export function sent(
  client: EnrolledClient,
  round: number,
  bytes: number,
): Pick<EnrolledClient, "bytesUp" | "traffic" | "history"> {
  return { bytesUp: client.bytesUp + bytes, ...crossed(client, round, { up: bytes, down: 0 }) };
}

function crossed({ traffic, history }: EnrolledClient, round: number, { up, down }: Traffic) {
  const before = traffic?.round === round ? traffic : { up: 0, down: 0 };
  const now = { up: before.up + up, down: before.down + down };
  return {
    traffic: { round, ...now },
    history: history.map((entry) => (entry.round === round ? { ...entry, traffic: now } : entry)),
  };
}
