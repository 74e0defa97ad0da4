/** Secrets and bytes over HTTP: the same lock-outs and quotas as on sockets. */
import { ORGANISER_KEY_HEADER, RESUME_TOKEN_HEADER, WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Access } from "../access/createAccess.ts";
import type { GuardedAction } from "../access/guard.ts";
import type { SecretKind } from "../access/limits.ts";

/** Registers it for every route that `app` gets from now on. */
export function addHttpGuard(app: FastifyInstance, { guard, visitorOf }: Access): void {
  const actions = new WeakMap<FastifyRequest, GuardedAction>();

  app.addHook("onRequest", async (request) => {
    const secret = secretOf(request);
    if (!secret) return;
    const visitor = await visitorOf(request.raw);
    const federation = (request.params as { id?: string }).id?.slice(0, 40);
    actions.set(request, { visitor, secret, federation, action: `${request.method} ${request.routeOptions.url}` });
    guard.lockout.assertOpen(visitor.network, secret);
    if (request.method === "PUT") guard.quotas.take("upload", visitor.network, Number(request.headers["content-length"]) || 0);
  });
  app.addHook("onResponse", async (request, reply) => {
    const action = actions.get(request);
    if (!action) return;
    if (reply.statusCode === 403) guard.refused(action, "FORBIDDEN");
    else if (reply.statusCode === 200 && action.secret === "organiserKey") recordDone(request, action);
  });

  function recordDone({ method }: FastifyRequest, { visitor, federation }: GuardedAction): void {
    const event = method === "DELETE" ? "delete" : method === "GET" ? "export" : null;
    if (event) guard.record(event, visitor, federation === undefined ? {} : { federation });
  }
}

function secretOf({ headers, query }: FastifyRequest): SecretKind | undefined {
  if (headers[ORGANISER_KEY_HEADER] !== undefined) return "organiserKey";
  if (headers[RESUME_TOKEN_HEADER] !== undefined) return "resumeToken";
  const hasToken = headers[WATCH_TOKEN_HEADER] !== undefined || (query as { token?: unknown }).token !== undefined;
  return hasToken ? "link" : undefined;
}
