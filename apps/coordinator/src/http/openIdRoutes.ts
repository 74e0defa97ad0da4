/** The way to the OpenID provider and back: plain addresses that a browser goes to. */
import type { IncomingMessage } from "node:http";
import { OPENID_PATH } from "@duet/lora-core/protocol/session";
import { parse, serialize } from "cookie";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Access } from "../access/createAccess.ts";
import { FLOW_LIFETIME_MS, type OpenIdSignIn } from "../access/openId.ts";
import { Refusal } from "../refusal.ts";

const FLOW_COOKIE = "duet-sign-in";
const NEW_FEDERATION = "new";

/** `base`: path below which the page lies. Whatever happens, the browser comes back to the page for new federations, which says it. */
export function registerOpenId(app: FastifyInstance, access: Access, openId: OpenIdSignIn, base: string): void {
  const callback = (request: IncomingMessage) => `${access.publicOrigin(request)}${base}/${OPENID_PATH}/callback`;
  const flowCookie = (value: string, request: IncomingMessage, maxAge: number) =>
    serialize(FLOW_COOKIE, value, {
      path: `${base}/${OPENID_PATH}`,
      httpOnly: true,
      // The browser comes from the provider's site.
      sameSite: "lax",
      secure: access.publicOrigin(request).startsWith("https:"),
      maxAge,
    });
  const back = (reply: FastifyReply, query = "") => reply.redirect(`${base}/${NEW_FEDERATION}${query}`, 303);

  app.get(`/${OPENID_PATH}`, async ({ raw }, reply) => {
    try {
      access.guard.quotas.take("signIn", access.networkOf(raw));
      const { url, flow } = await openId.begin(callback(raw));
      reply.header("set-cookie", flowCookie(flow, raw, FLOW_LIFETIME_MS / 1000));
      return reply.redirect(url, 303);
    } catch (error) {
      return back(reply, queryOf(error));
    }
  });

  app.get(`/${OPENID_PATH}/callback`, async ({ raw }, reply) => {
    const visitor = await access.visitorOf(raw);
    const forget = flowCookie("", raw, 0);
    try {
      access.guard.quotas.take("signIn", visitor.network);
      const flow = parse(raw.headers.cookie ?? "")[FLOW_COOKIE] ?? "";
      const address = new URL(`${callback(raw)}${new URL(raw.url ?? "/", "http://local").search}`);
      const account = await access.guard.around({ visitor, action: "signIn" }, () => openId.finish(address, flow));
      access.guard.record("signIn", { ...visitor, signedIn: { account } });
      const isSafe = access.publicOrigin(raw).startsWith("https:");
      reply.header("set-cookie", [forget, await access.sessions.begin(account, isSafe)]);
      return back(reply);
    } catch (error) {
      reply.header("set-cookie", forget);
      return back(reply, queryOf(error));
    }
  });
}

/** What the page is told. @throws what is no refusal. */
function queryOf(error: unknown): string {
  if (error instanceof Refusal) return `?refused=${error.code}`;
  throw error;
}
