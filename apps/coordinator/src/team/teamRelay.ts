/**
 * Passes sealed frames on between the members of a team. Nothing is stored, and nothing can be read here: the key is in the members' link alone. A room
 * is there as long as somebody is in it, and belongs to one client.
 */
import { MAX_TEAM_FRAME_BYTES, MAX_TEAM_MEMBERS, TEAM_FRAMES_AT_ONCE } from "@duet/lora-core/protocol/limits";
import type { TeamSeat } from "@duet/lora-core/protocol/teamRelay";
import type { Clock } from "../ports/clock.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";

export interface Frame {
  readonly from: string;
  readonly to: string | null;
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** A member's socket. */
export interface TeamLink {
  /** Resolves once it has the frame; rejects where it does not say so in time, or is gone. */
  readonly deliver: (frame: Frame) => Promise<void>;
  readonly tell: (present: readonly TeamSeat[]) => void;
  /** It is not fit for a team any more. */
  readonly end: () => void;
}

export interface TeamEntry {
  readonly federationId: string;
  readonly room: string;
  readonly member: string;
  /** The client that the socket speaks for; null where it speaks for none. */
  readonly clientId: string | null;
}

/** A member in its room. */
export interface TeamPlace {
  /** Resolves once everybody has it whom it is for. @throws {Refusal} INVALID_PAYLOAD, RATE_LIMITED */
  send(to: string | null, frame: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Idempotent. */
  leave(): void;
}

export interface TeamRelay {
  /** @throws {Refusal} NOT_FOUND where the room is not open; FORBIDDEN for another client's; FEDERATION_FULL where all seats are taken. */
  enter(entry: TeamEntry, link: TeamLink): TeamPlace;
}

/** What one member may send over time, and at once. */
const BYTES_PER_MS = 16 * 1024;
const BURST_MS = 10_000;
/** Of members that are not there any more, so that they find it again. */
const MAX_SEATS = 1_000;

interface Room {
  readonly clientId: string;
  readonly seats: Map<string, number>;
  readonly links: Map<string, TeamLink>;
}

export function createTeamRelay(clock: Clock, tally: Pick<Tally, "relayed">): TeamRelay {
  const rooms = new Map<string, Room>();

  function roomFor({ federationId, room, clientId }: TeamEntry): Room {
    const name = `${federationId} ${room}`;
    const open = rooms.get(name);
    if (open && clientId !== null && open.clientId !== clientId) {
      throw new Refusal("FORBIDDEN", ["otherTeam"]);
    }
    if (open) return open;
    if (clientId === null) {
      throw new Refusal("NOT_FOUND", ["nobodyOfTeam"]);
    }
    const made: Room = { clientId, seats: new Map(), links: new Map() };
    rooms.set(name, made);
    return made;
  }

  return {
    enter(entry, link) {
      const { member, federationId, room: token } = entry;
      const room = roomFor(entry);
      const { links } = room;
      if (links.size >= MAX_TEAM_MEMBERS && !links.has(member)) {
        throw new Refusal("FEDERATION_FULL", ["teamFull", MAX_TEAM_MEMBERS]);
      }
      takeSeat(room, member);
      if (links.get(member) !== link) links.get(member)?.end();
      links.set(member, link);
      tellAll(room);
      const pace = createPace(clock);
      let underWay = 0;
      let last: Promise<unknown> = Promise.resolve();
      return {
        send(to, frame) {
          if (frame.length > MAX_TEAM_FRAME_BYTES) throw new Refusal("INVALID_PAYLOAD", ["frameTooLarge"]);
          if (underWay >= TEAM_FRAMES_AT_ONCE) throw new Refusal("RATE_LIMITED", ["tooManyFrames"]);
          underWay += 1;
          tally.relayed("up", frame.length);
          const passOn = () => pass(room, { from: member, to, frame }, tally);
          const sent = last.then(() => pace(frame.length)).then(passOn);
          last = sent;
          return sent.finally(() => {
            underWay -= 1;
          });
        },
        leave() {
          if (links.get(member) !== link) return;
          links.delete(member);
          if (links.size === 0) rooms.delete(`${federationId} ${token}`);
          tellAll(room);
        },
      };
    },
  };
}

/** Everybody gets it at the same time, so that frames of all members come in one order. Who does not take it is put out. */
async function pass({ links }: Room, frame: Frame, tally: Pick<Tally, "relayed">): Promise<void> {
  const receivers = [...links].filter(([member]) => (frame.to === null ? member !== frame.from : member === frame.to));
  tally.relayed("down", receivers.length * frame.frame.length);
  await Promise.all(receivers.map(([, link]) => link.deliver(frame).catch(() => link.end())));
}

function takeSeat({ seats, links }: Room, member: string): void {
  if (seats.has(member)) return;
  const [oldest] = [...seats.keys()].filter((known) => !links.has(known));
  const next = Math.max(0, ...seats.values()) + 1;
  if (seats.size >= MAX_SEATS && oldest !== undefined) seats.delete(oldest);
  seats.set(member, next);
}

const presentIn = ({ seats, links }: Room): readonly TeamSeat[] =>
  [...links.keys()].map((member) => ({ member, seat: seats.get(member) ?? 0 })).toSorted((a, b) => a.seat - b.seat);

function tellAll(room: Room): void {
  const present = presentIn(room);
  for (const link of room.links.values()) link.tell(present);
}

/** Resolves when so many more bytes may pass. */
function createPace(clock: Clock): (bytes: number) => Promise<void> {
  /** When all that has passed would have passed at an even pace. */
  let paidUntil = 0;
  return (bytes) => {
    const now = clock.now();
    paidUntil = Math.max(paidUntil, now) + bytes / BYTES_PER_MS;
    const wait = paidUntil - now - BURST_MS;
    return wait <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.at(now + wait, resolve));
  };
}
