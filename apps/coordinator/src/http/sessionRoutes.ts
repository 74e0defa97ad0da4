/** Signing in and out, as `protocol/session.ts` describes it. */
import { SESSION_PATH, type SessionState, signInRequest } from "@duet/lora-core/protocol/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Access } from "../access/createAccess.ts";
import { isSecure } from "../access/visitor.ts";
import { Refusal } from "../refusal.ts";
import { refuse } from "./refusals.ts";

const MAX_BODY_BYTES = 1024;

export async function registerSession(app: FastifyInstance, access: Access, logger: Logger): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => refuse(reply, error, logger));
    scope.addHook("onRequest", async (_request, reply) => void reply.header("cache-control", "no-store"));

    scope.get(`/${SESSION_PATH}`, async ({ raw }): Promise<SessionState> => access.stateOf(await access.visitorOf(raw)));

    scope.post(`/${SESSION_PATH}`, { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const asked = signInRequest.safeParse(request.body);
      if (!asked.success) throw new Refusal("INVALID_PAYLOAD", ["keyAsked"]);
      const visitor = await access.visitorOf(request.raw);
      access.guard.quotas.take("signIn", visitor.network);
      const action = { visitor, secret: "operatorKey", action: "signIn" } as const;
      await access.guard.around(action, () => access.assertOperatorKey(asked.data.key));
      access.guard.record("signIn", { ...visitor, signedIn: { account: { kind: "operator" } } });
      reply.header("set-cookie", await access.sessions.begin({ kind: "operator" }, isSafe(access, request)));
      return { ok: true, data: {} };
    });

    scope.delete(`/${SESSION_PATH}`, async (request, reply) => {
      const visitor = await access.visitorOf(request.raw);
      access.guard.record("signOut", visitor);
      reply.header("set-cookie", await access.sessions.end(visitor.signedIn, isSafe(access, request)));
      return { ok: true, data: {} };
    });
  });
}

/** Whether a cookie may be kept to https: a page says it by its own origin, which is checked before. */
function isSafe({ trusts }: Access, { raw }: FastifyRequest): boolean {
  return isSecure(raw, trusts) || (raw.headers.origin ?? "").startsWith("https://");
}
