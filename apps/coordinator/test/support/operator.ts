/** An operator key for tests, and somebody who is signed in with it. */
import { signIn } from "@duet/client/accountSession";
import { hashToken } from "../../src/ports/secrets.ts";

export const OPERATOR_KEY = "operator-key-of-a-test-0123456789";
/** A coordinator's settings with that key. */
export const withOperatorKey = { operatorKeyHash: hashToken(OPERATOR_KEY) };

/** The cookie of whoever has just signed in with the key. */
export async function operatorCookie(url: string): Promise<string> {
  const cookie = await signIn(url, OPERATOR_KEY);
  if (cookie === null) throw new Error("Signing in gave no cookie");
  return cookie;
}
