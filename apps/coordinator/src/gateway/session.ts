/** What the coordinator knows of one socket. */

import type { Exit } from "@duet/lora-core/protocol/exits";
import type { RequestOf } from "@duet/lora-core/protocol/messages";
import type { Visitor } from "../access/visitor.ts";
import type { FederationRunner, Watching } from "../federations/federationRunner.ts";
import { audienceOf, type Grant } from "../federations/grant.ts";
import type { Connection } from "../federations/roster.ts";
import type { Watcher } from "../federations/snapshotFeed.ts";
import { Refusal } from "../refusal.ts";
import type { TeamLink, TeamPlace } from "../team/teamRelay.ts";

export interface Membership {
  readonly runner: FederationRunner;
  readonly clientId: string;
  readonly resumeToken: string;
}

export interface Session {
  readonly visitor: Visitor;
  isGreeted: boolean;
  /** Its hello was accepted: from now on it may send what it may. */
  greet(): void;
  /** The socket is gone. */
  isEnded: boolean;
  membership: Membership | null;
  /** Why this socket no longer speaks for the client that it was; null while that has not happened. */
  replacedBecause: Exit | null;
  /** Joins of one socket take turns, so that a repeated one finds the first one's client. */
  joining: Promise<unknown>;
  /** What it is told of, by federation. */
  readonly subscriptions: Map<string, Watching>;
  readonly connection: Connection;
  readonly watcher: Watcher;
  /** How it is reached as a member of a team. */
  readonly teamLink: TeamLink;
  /** Its place in a team's room; null as long as it has none. */
  team: TeamPlace | null;
  /** From now on its messages may have the size of a team's frames. */
  allowFrames(): void;
}

/** Tells the socket of this federation, or of `own` client of it alone, from the beginning, also when it was told before. */
export function subscribe(session: Session, runner: FederationRunner, grant: Grant, own: string | null = null): void {
  if (session.isEnded) return;
  session.subscriptions.get(runner.id)?.stop();
  session.subscriptions.set(runner.id, runner.watch(session.watcher, grant, own));
}

/** The client that this socket speaks for. @throws {Refusal} NOT_JOINED, or FORBIDDEN with the reason when it no longer may. */
export function membershipOf(session: Session): Membership {
  if (session.replacedBecause !== null) throw new Refusal("FORBIDDEN", ["clientOut", session.replacedBecause]);
  if (!session.membership) throw new Refusal("NOT_JOINED", ["notJoinedHere"]);
  return session.membership;
}

/** From now on this socket speaks for that client, unless it went away while it was being admitted. */
export function beginMembership(session: Session, membership: Membership, sees: RequestOf<"client:join">["sees"]): void {
  const { runner, clientId } = membership;
  if (session.isEnded) {
    runner.members.disconnected(clientId, session.connection);
    return;
  }
  session.membership = membership;
  session.replacedBecause = null;
  const grant: Grant = { kind: "client", clientId };
  const watching = session.subscriptions.get(runner.id);
  if (sees === "own") subscribe(session, runner, grant, clientId);
  else if (!watching || watching.isOver) subscribe(session, runner, grant);
  // A client that organises looks on as the organiser, for as long as its link is good.
  else if (audienceOf(watching.grant) !== "organiser") watching.grant = grant;
}

/** Call when the socket is gone. */
export function endSession(session: Session): void {
  session.isEnded = true;
  for (const watching of session.subscriptions.values()) watching.stop();
  session.subscriptions.clear();
  session.team?.leave();
  session.team = null;
  session.membership?.runner.members.disconnected(session.membership.clientId, session.connection);
  session.membership = null;
}
