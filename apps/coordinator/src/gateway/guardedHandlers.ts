/** Handlers behind the guard: who tries secrets, joins or creates is counted first, and what came of it is logged. */
import type { MessageName, RequestOf } from "@duet/lora-core/protocol/messages";
import type { Access } from "../access/createAccess.ts";
import type { SecretKind } from "../access/limits.ts";
import type { Handler, Handlers } from "./handlers.ts";

/** Which secret a message shows. */
const SECRETS: Partial<Record<MessageName, SecretKind>> = {
  "federation:watch": "link",
  "client:join": "link",
  "team:enter": "link",
  "federation:links": "organiserKey",
  "federation:control": "organiserKey",
};

/** The same handlers; what they refuse stays refused. */
export function guardedHandlers(
  handlers: Handlers,
  { guard, creation, joins }: Pick<Access, "guard" | "creation" | "joins">,
): Handlers {
  const guarded =
    <N extends MessageName>(name: N, run: Handler<N>): Handler<N> =>
    (request, session) => {
      const federation = "federationId" in request ? String(request.federationId) : undefined;
      const action = { visitor: session.visitor, secret: SECRETS[name], action: name, federation };
      return guard.around(action, () => run(request, session));
    };

  const create: Handler<"federation:create"> = async (request, session) => {
    const { visitor } = session;
    creation.assertAllowed(visitor);
    const giveBack = guard.takeFederation(visitor);
    try {
      const created = await handlers["federation:create"](request, session);
      guard.record("create", visitor, { federation: created.federationId });
      return created;
    } catch (error) {
      giveBack();
      throw error;
    }
  };
  const join: Handler<"client:join"> = async (request, session) => {
    const { network } = session.visitor;
    guard.quotas.take("join", network);
    const isNew = session.membership === null;
    const joined = await joins.through(
      async () => handlers["client:join"](request, session),
      () => guard.quotas.giveBack("join", network),
    );
    if (isNew) guard.record("join", session.visitor, { federation: request.federationId, client: joined.clientId });
    return joined;
  };
  const control: Handler<"federation:control"> = async (request, session) => {
    const done = await handlers["federation:control"](request, session);
    const { federationId: federation, action } = request;
    guard.record("control", session.visitor, { federation, action: action.kind, ...clientOf(action) });
    return done;
  };
  const leave: Handler<"client:leave"> = async (request, session) => {
    const was = session.membership;
    const left = await handlers["client:leave"](request, session);
    if (was) guard.record("leave", session.visitor, { federation: was.runner.id, client: was.clientId });
    return left;
  };

  return {
    ...handlers,
    "federation:create": guarded("federation:create", create),
    "federation:watch": guarded("federation:watch", handlers["federation:watch"]),
    "federation:links": guarded("federation:links", handlers["federation:links"]),
    "federation:control": guarded("federation:control", control),
    "client:join": guarded("client:join", join),
    "client:leave": guarded("client:leave", leave),
    "team:enter": guarded("team:enter", handlers["team:enter"]),
  };
}

const clientOf = (action: RequestOf<"federation:control">["action"]) =>
  action.kind === "remove" ? { client: action.clientId } : {};
