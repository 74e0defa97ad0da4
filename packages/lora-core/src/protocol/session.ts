/**
 * Signing in, over HTTP at `/session`: GET tells how one stands, POST signs in with the operator key, DELETE signs out. Who is signed in
 * has a cookie; a socket is signed in as whom its handshake's cookie names, so it is opened again afterwards.
 */
import { z } from "zod";

export const SESSION_PATH = "session";
/** A plain link there signs in with the OpenID provider, and comes back to the page for new federations. */
export const OPENID_PATH = "session/openid";

export const signInRequest = z.strictObject({ key: z.string().min(1).max(200) });

export const sessionState = z.strictObject({
  /** Null for somebody who is not signed in. */
  account: z.strictObject({ kind: z.enum(["operator", "openid"]), name: z.string().max(200) }).nullable(),
  mayCreate: z.boolean(),
  /** What can be used to sign in. */
  signIn: z.strictObject({
    key: z.boolean(),
    /** Host of the OpenID provider; null without one. */
    openId: z.string().max(300).nullable(),
  }),
});
export type SessionState = z.output<typeof sessionState>;
