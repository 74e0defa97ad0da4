/**
 * A member's way to the other members of its team: through the coordinator's relay, which passes on what only they can read. It comes back by
 * itself after a connection that was lost; what was on its way then is lost, and whoever needs it asks again.
 */
import { DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import { TEAM_FRAMES_AT_ONCE } from "@duet/lora-core/protocol/limits";
import type { TeamSeat } from "@duet/lora-core/protocol/teamRelay";
import type { Said } from "@duet/lora-core/sayings/saying";
import {
  createStreamReceiver,
  createStreamSender,
  type StreamReceiver,
  type StreamSender,
} from "@duet/lora-core/team/sealedStream";
import { TeamError } from "@duet/lora-core/team/teamError";
import { teamKeys } from "@duet/lora-core/team/teamLink";
import { decodeTeamMessage, encodeTeamMessage, type TeamMessage } from "@duet/lora-core/team/teamMessages";
import type { CoordinatorClient } from "../coordinatorClient.ts";
import { delay } from "../deadline.ts";
import { createListeners } from "../listeners.ts";
import { createStore, type ReadableStore } from "../store.ts";

export interface TeamChannel {
  readonly self: string;
  /** Who is connected, by their seats; nobody before this member is. */
  readonly present: ReadableStore<readonly TeamSeat[]>;
  /** For one member, or for all others. Never rejects: what does not arrive is asked for again. Resolves once it has, or is lost. */
  send(to: string | null, message: TeamMessage): Promise<void>;
  onMessage(listener: (arrived: { readonly from: string; readonly message: TeamMessage }) => void): () => void;
  /** What was not accepted, in a sentence. */
  onRefused(listener: (said: Said) => void): () => void;
  close(): void;
}

export interface TeamAddress {
  readonly coordinator: CoordinatorClient;
  readonly federationId: string;
  /** Of the team's link. */
  readonly secret: string;
}

const RETRY_MS = 1_000;

/** Random, for as long as this program or page runs. */
function newMember(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Enters as soon as it can. `onAbsent` is told each time that the team is not there. */
export function openTeamChannel({ coordinator, federationId, secret }: TeamAddress, onAbsent: (said: Said) => void): TeamChannel {
  const { room, key } = teamKeys(secret, federationId);
  const self = newMember();
  const present = createStore<readonly TeamSeat[]>([]);
  const messages = createListeners<{ readonly from: string; readonly message: TeamMessage }>();
  const refused = createListeners<Said>();
  let senders = new Map<string | null, StreamSender>();
  const receivers = new Map<string, StreamReceiver>();
  let isOpen = true;
  /** Raised with every connection: what was begun before is not gone on with. */
  let connection = 0;
  let sending: Promise<void> = Promise.resolve();
  let receiving: Promise<void> = Promise.resolve();

  async function enter(): Promise<void> {
    connection += 1;
    const current = connection;
    senders = new Map();
    while (isOpen && current === connection) {
      try {
        // Who is there is pushed, before this is answered.
        await coordinator.request("team:enter", { federationId, room, member: self });
        return;
      } catch (error) {
        if (hasCode(error, "NOT_FOUND")) onAbsent(error);
        else if (hasCode(error, "FORBIDDEN", "FEDERATION_FULL", "LOCKED_OUT")) refused.emit(error);
        await delay(RETRY_MS);
      }
    }
  }

  async function sendNow(to: string | null, message: TeamMessage): Promise<void> {
    const sender = senders.get(to) ?? createStreamSender(key, { room, from: self, to });
    senders.set(to, sender);
    const of = senders;
    const underWay = new Set<Promise<unknown>>();
    for await (const frame of sender.frames(encodeTeamMessage(message))) {
      // Another connection has begun: its streams begin anew.
      if (of !== senders) return;
      while (underWay.size >= TEAM_FRAMES_AT_ONCE) await Promise.race(underWay);
      const sent: Promise<unknown> = coordinator.relayFrame(to, frame).finally(() => underWay.delete(sent));
      sent.catch(() => {});
      underWay.add(sent);
    }
    await Promise.all(underWay);
  }

  async function receive(from: string, to: string | null, frame: Uint8Array): Promise<void> {
    const name = `${from} ${to}`;
    const receiver = receivers.get(name) ?? createStreamReceiver(key, { room, from, to });
    receivers.set(name, receiver);
    const whole = await receiver.receive(frame);
    if (whole) messages.emit({ from, message: decodeTeamMessage(whole) });
  }

  const stops = [
    coordinator.onReady(() => void enter()),
    coordinator.onTeamPresent((seats) => present.set(seats)),
    coordinator.onTeamFrame(({ from, to, frame }) => {
      receiving = receiving
        .then(() => receive(from, to, frame))
        .catch((error: unknown) => {
          if (!(error instanceof TeamError)) throw error;
          refused.emit(error);
        });
    }),
    coordinator.status.subscribe(() => {
      if (coordinator.status.get().kind === "lost") present.set([]);
    }),
  ];
  if (coordinator.status.get().kind === "ready") void enter();

  return {
    self,
    present,
    send(to, message) {
      sending = sending
        .then(() => sendNow(to, message))
        .catch((error: unknown) => {
          if (!(error instanceof DuetError)) throw error;
        });
      return sending;
    },
    onMessage: messages.add,
    onRefused: refused.add,
    close() {
      isOpen = false;
      connection += 1;
      for (const stop of stops) stop();
    },
  };
}
