/** One handler per message: parsed request in, reply or {@link Refusal} out. */

import type { MessageName, ReplyOf, RequestOf } from "@duet/lora-core/protocol/messages";
import { REFUSAL_SENTENCES } from "@duet/lora-core/protocol/refusalSentences";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { say } from "@duet/lora-core/sayings/saying";
import type { FederationRunner } from "../federations/federationRunner.ts";
import type { FederationRegistry } from "../federations/registry.ts";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import type { TeamRelay } from "../team/teamRelay.ts";
import { beginMembership, membershipOf, type Session, subscribe } from "./session.ts";

export type Handler<N extends MessageName> = (request: RequestOf<N>, session: Session) => Promise<ReplyOf<N>> | ReplyOf<N>;
export type Handlers = { readonly [N in MessageName]: Handler<N> };

export interface HandlerParts {
  readonly registry: FederationRegistry;
  readonly catalogue: ModelCatalogue;
  readonly clock: Clock;
  readonly teams: TeamRelay;
  /** Where hub addresses point to. */
  readonly hub: string;
  /** As whom pages are known there. */
  readonly hubClientId: string | null;
}

/** The coordinator's answers. */
export function createHandlers({ registry, catalogue, clock, teams, hub, hubClientId }: HandlerParts): Handlers {
  return {
    "session:hello"({ protocolVersion }, session) {
      if (protocolVersion !== PROTOCOL_VERSION) {
        throw otherVersion(protocolVersion);
      }
      session.greet();
      const models = [...catalogue.values()].map(({ model }) => model);
      return { protocolVersion: PROTOCOL_VERSION, models, hub, hubClientId, serverTime: clock.now() };
    },

    "federation:list": async () => ({ federations: [...(await registry.list())], unreadable: registry.unreadable }),

    "federation:create": (request) => registry.create(request),

    async "federation:watch"({ federationId, token }, session) {
      const { runner, grant } = await registry.authorise(federationId, token, "watch");
      subscribe(session, runner, grant);
      return { revision: runner.revision };
    },

    async "federation:links"({ federationId, organiserKey }) {
      const { runner } = await registry.authorise(federationId, organiserKey, "organiser");
      return runner.organiserView();
    },

    async "federation:control"({ federationId, organiserKey, action }, session) {
      const { runner } = await registry.authorise(federationId, organiserKey, "organiser");
      return runner.control(action, session.subscriptions.get(federationId));
    },

    "client:join"(request, session) {
      const { federationId, inviteToken, resumeToken } = request;
      const reply = session.joining.then(async () => {
        const { runner } = await registry.authorise(federationId, inviteToken, "invite", resumeToken);
        return join(runner, request, session);
      });
      session.joining = reply.catch(() => undefined);
      return reply;
    },

    "client:progress"(progress, session) {
      const { runner, clientId } = membershipOf(session);
      runner.reportProgress(clientId, progress);
      return {};
    },

    async "client:leave"(_request, session) {
      const { runner, clientId } = membershipOf(session);
      await runner.members.leave(clientId, session.connection);
      session.membership = null;
      return {};
    },

    async "round:fetch"({ round }, session) {
      const { runner, clientId } = membershipOf(session);
      return { adapter: await runner.transfers.fetch(clientId, round) };
    },

    async "exchange:fetch"(key, session) {
      const { runner, clientId } = membershipOf(session);
      return { content: await runner.sums.material(clientId, key) };
    },

    async "exchange:send"({ blob, ...key }, session) {
      const { runner, clientId } = membershipOf(session);
      await runner.sums.answer(clientId, key, blob);
      return {};
    },

    "team:enter"(request, session) {
      const { membership } = session;
      const clientId = membership?.runner.id === request.federationId ? membership.clientId : null;
      session.team?.leave();
      const place = teams.enter({ ...request, clientId }, session.teamLink);
      if (session.isEnded) place.leave();
      session.team = place;
      session.allowFrames();
      return {};
    },

    async "team:send"({ to, frame }, session) {
      if (!session.team) throw new Refusal("NOT_JOINED", ["noTeam"]);
      await session.team.send(to, frame);
      return {};
    },

    async "round:submit"({ round, adapter, metrics }, session) {
      const { runner, clientId } = membershipOf(session);
      await runner.transfers.submit(clientId, round, adapter, metrics);
      return {};
    },
  };
}

/** The first version whose clients take a refusal with what it says as data. */
const TOLD_SINCE = 9;

function otherVersion(theirs: number): Refusal {
  const saying = ["otherProtocol", theirs, PROTOCOL_VERSION] as const;
  const why = theirs < TOLD_SINCE ? { message: say(REFUSAL_SENTENCES, saying), told: null } : saying;
  return new Refusal("VERSION_MISMATCH", why);
}

/** A socket speaks for one client; the same join may be repeated on it. */
async function join(runner: FederationRunner, request: RequestOf<"client:join">, session: Session) {
  const earlier = session.membership;
  if (earlier && (earlier.runner !== runner || earlier.resumeToken !== request.resumeToken)) {
    throw new Refusal("FORBIDDEN", ["alreadyAnother"]);
  }
  const clientId = await runner.members.join(request, session.connection);
  beginMembership(session, { runner, clientId, resumeToken: request.resumeToken }, request.sees);
  return { clientId, revision: runner.revision };
}
