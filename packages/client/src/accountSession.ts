/** Signing in at a coordinator, over HTTP; its sockets are opened again afterwards. A browser keeps the cookie, a program passes it on. */

import { SESSION_PATH, type SessionState, sessionState } from "@duet/lora-core/protocol/session";
import { askAt, changeAt, unread } from "./httpResult.ts";

/** How one stands there. @throws {DuetError} UNREACHABLE, BAD_REPLY */
export async function readSession(url: string): Promise<SessionState> {
  const response = await askAt(addressAt(url), { method: "GET" });
  const parsed = sessionState.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw unread(response, "signInUnread");
  return parsed.data;
}

/**
 * Signs in with the operator key. The cookie of it for programs, whose sockets send it along; browsers show none and need none.
 * @throws {DuetError} WRONG_KEY, another refusal, UNREACHABLE, BAD_REPLY
 */
export async function signIn(url: string, key: string): Promise<string | null> {
  const headers = { "content-type": "application/json" };
  const response = await change(url, { method: "POST", headers, body: JSON.stringify({ key }) });
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? null;
}

/** @throws {DuetError} UNREACHABLE, BAD_REPLY */
export async function signOut(url: string): Promise<void> {
  await change(url, { method: "DELETE" });
}

const change = (url: string, request: RequestInit) => changeAt(addressAt(url), request);

const addressAt = (url: string): URL => new URL(SESSION_PATH, url.endsWith("/") ? url : `${url}/`);
