/**
 * Clients that ask to join a federation whose organiser admits them. Who asks again keeps the place; who stops asking loses it. Who
 * waits is in memory only: after a restart they ask again by themselves. What the organiser answered is on disk before it holds.
 */

import { MAX_WAITING } from "@duet/lora-core/protocol/limits";
import type { Device } from "@duet/lora-core/protocol/metrics";
import type { WaitingView } from "@duet/lora-core/protocol/organiserView";
import type { Cancel, Clock } from "../ports/clock.ts";
import { createId, hashToken } from "../ports/secrets.ts";
import type { Admission, Admissions } from "../storage/admissions.ts";

export type Answer = "waiting" | "admitted" | "declined" | "full";

export interface WaitingRoom {
  /** Somebody asks, for the first time or again. */
  ask(resumeToken: string, who: { readonly name: string; readonly device: Device | null }): Answer;
  /** Whether this client has a place, or an answer that it has not heard yet. */
  knows(resumeToken: string): boolean;
  /** Who waits, in the order in which they came. */
  list(): readonly WaitingView[];
  /** Names of those who wait or may come in, but this client's own. */
  namesBut(resumeToken: string): readonly string[];
  /** The organiser's answer, kept. False when nobody of that id waits any more. @throws what keeping it throws; nothing is answered then. */
  decide(id: string, isAdmitted: boolean): Promise<boolean>;
  /** It is in now. @throws when its answer could not be deleted, which then is void in a day at most. */
  forget(resumeToken: string): Promise<void>;
  close(): void;
}

interface Asking extends WaitingView {
  readonly answer: "waiting" | "admitted" | "declined";
  /** Dropped at that instant, unless it asks again. */
  readonly until: number;
}

/** Who has not asked again for this long has gone. A hidden tab's timers run once a minute, and it may miss one. */
const SILENCE_MS = 150_000;
/** An answer is kept for so long, and nobody waits longer for one. */
const DAY_MS = 24 * 3600 * 1000;

export interface WaitingRoomParts {
  readonly clock: Clock;
  readonly admissions: Admissions;
  /** What was answered before the last restart. */
  readonly answered: readonly Admission[];
  /** Called whenever {@link WaitingRoom.list} has changed. */
  readonly onChange: () => void;
}

export function createWaitingRoom({ clock, admissions, answered, onChange }: WaitingRoomParts): WaitingRoom {
  /** By the hash of the resume token. */
  const askings = new Map(
    answered.filter(({ until }) => until > clock.now()).map((admission) => [admission.resumeHash, askingOf(admission)]),
  );
  let sweep: Cancel = () => {};
  const waiting = () => [...askings.values()].filter(({ answer }) => answer === "waiting");

  function put(hash: string, asking: Asking): void {
    askings.set(hash, asking);
    sweepLater();
  }

  function sweepLater(): void {
    sweep();
    const next = Math.min(...[...askings.values()].map(({ until }) => until));
    if (!Number.isFinite(next)) return;
    sweep = clock.at(next, () => {
      const gone = [...askings].filter(([, { until }]) => until <= clock.now());
      for (const [hash, { answer }] of gone) {
        askings.delete(hash);
        // What cannot be deleted now is at the next start.
        if (answer !== "waiting") void admissions.forget(hash).catch(() => {});
      }
      if (gone.some(([, { answer }]) => answer === "waiting")) onChange();
      sweepLater();
    });
  }

  sweepLater();
  return {
    ask(resumeToken, { name, device }) {
      const hash = hashToken(resumeToken);
      const known = askings.get(hash);
      const now = clock.now();
      if (known && known.answer !== "waiting") return known.answer;
      if (!known && waiting().length >= MAX_WAITING) return "full";
      const { id, askedAt } = known ?? { id: createId(), askedAt: now };
      const isOver = now - askedAt >= DAY_MS;
      const until = isOver ? now + DAY_MS : now + SILENCE_MS;
      put(hash, { id, name, device, askedAt, answer: isOver ? "declined" : "waiting", until });
      if (!known || known.name !== name || isOver) onChange();
      return isOver ? "declined" : "waiting";
    },
    knows: (resumeToken) => askings.has(hashToken(resumeToken)),
    list: () => waiting().map(({ id, name, device, askedAt }) => ({ id, name, device, askedAt })),
    namesBut(resumeToken) {
      const own = hashToken(resumeToken);
      return [...askings].flatMap(([hash, { name, answer }]) => (hash === own || answer === "declined" ? [] : [name]));
    },
    async decide(id, isAdmitted) {
      const [hash, asking] = [...askings].find(([, entry]) => entry.id === id && entry.answer === "waiting") ?? [];
      if (hash === undefined || asking === undefined) return false;
      const { name, askedAt } = asking;
      const until = clock.now() + DAY_MS;
      await admissions.keep({ resumeHash: hash, waitingId: id, name, askedAt, isAdmitted, until });
      put(hash, { ...asking, answer: isAdmitted ? "admitted" : "declined", until });
      onChange();
      return true;
    },
    async forget(resumeToken) {
      const hash = hashToken(resumeToken);
      const known = askings.get(hash);
      if (!known) return;
      askings.delete(hash);
      if (known.answer === "waiting") onChange();
      else await admissions.forget(hash);
    },
    close: () => sweep(),
  };
}

function askingOf({ waitingId, name, askedAt, isAdmitted, until }: Admission): Asking {
  return { id: waitingId, name, device: null, askedAt, answer: isAdmitted ? "admitted" : "declined", until };
}
