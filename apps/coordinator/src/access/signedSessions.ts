/** Being signed in: a cookie that the coordinator has signed, the same for every way in, read by HTTP and by sockets alike. */
import type { IncomingHttpHeaders } from "node:http";
import { parse, serialize } from "cookie";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Clock } from "../ports/clock.ts";
import { createId, hashToken } from "../ports/secrets.ts";
import type { EndedSessions } from "../storage/endedSessions.ts";
import type { Account } from "./account.ts";

const COOKIE = "duet-session";
const ALGORITHM = "HS256";
const AUDIENCE = "duet-session";
const LIFETIME_MS = 12 * 60 * 60_000;

export interface SignedIn {
  readonly account: Account;
  /** Of this session alone. */
  readonly id: string;
  /** An instant of the clock. */
  readonly until: number;
}

export interface SignedSessions {
  /** The Set-Cookie header of somebody who has just signed in. */
  begin(account: Account, isSecure: boolean): Promise<string>;
  /** The Set-Cookie header that takes it out of that browser. Nobody goes on with it, whoever has a copy. @throws a system error */
  end(signedIn: SignedIn | null, isSecure: boolean): Promise<string>;
  /** It holds still: sockets that stay open are no longer signed in than their session. */
  holds(signedIn: SignedIn): boolean;
  /** Who the request's cookie names; null without one, or when it has ended, is forged, or opened by what opens no more. */
  read(headers: IncomingHttpHeaders): Promise<SignedIn | null>;
}

export interface SessionParts {
  /** 32 random bytes that stay on the coordinator. */
  readonly signingKey: Uint8Array;
  readonly clock: Clock;
  /** Path below which it is served: "" or "/duet". */
  readonly base: string;
  /** What each way in depends on, as text: when that changes, its sessions end. Null where the way is closed. */
  readonly wayIn: Readonly<Record<Account["kind"], string | null>>;
  readonly ended: EndedSessions;
}

const claims = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("operator"), exp: z.number(), way: z.string(), jti: z.string() }),
  z.object({
    kind: z.literal("openid"),
    exp: z.number(),
    way: z.string(),
    jti: z.string(),
    sub: z.string(),
    name: z.string(),
  }),
]);

export function createSignedSessions({ signingKey, clock, base, wayIn, ended }: SessionParts): SignedSessions {
  const cookie = (value: string, isSecure: boolean, maxAge: number) =>
    serialize(COOKIE, value, { path: `${base}/`, httpOnly: true, sameSite: "strict", secure: isSecure, maxAge });
  const wayOf = (kind: Account["kind"]) => (wayIn[kind] === null ? null : hashToken(wayIn[kind]).slice(0, 16));
  const holds = ({ id, until }: SignedIn) => clock.now() < until && !ended.has(id);

  return {
    async begin(account, isSecure) {
      const named = account.kind === "openid" ? { sub: account.subject, name: account.name } : {};
      const token = await new SignJWT({ kind: account.kind, way: wayOf(account.kind), ...named })
        .setProtectedHeader({ alg: ALGORITHM })
        .setAudience(AUDIENCE)
        .setJti(createId())
        .setExpirationTime(Math.floor((clock.now() + LIFETIME_MS) / 1000))
        .sign(signingKey);
      return cookie(token, isSecure, LIFETIME_MS / 1000);
    },
    async end(signedIn, isSecure) {
      if (signedIn) await ended.add(signedIn.id, signedIn.until);
      return cookie("", isSecure, 0);
    },
    holds,
    async read(headers) {
      const token = parse(headers.cookie ?? "")[COOKIE];
      if (!token) return null;
      const options = { algorithms: [ALGORITHM], audience: AUDIENCE, currentDate: new Date(clock.now()) };
      const verified = await jwtVerify(token, signingKey, options).catch(() => null);
      const parsed = claims.safeParse(verified?.payload).data;
      if (!parsed || parsed.way !== wayOf(parsed.kind)) return null;
      const account: Account =
        parsed.kind === "operator" ? { kind: "operator" } : { kind: "openid", subject: parsed.sub, name: parsed.name };
      const signedIn = { account, id: parsed.jti, until: parsed.exp * 1000 };
      return holds(signedIn) ? signedIn : null;
    },
  };
}
