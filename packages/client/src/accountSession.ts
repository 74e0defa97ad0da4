/** Signing in at a coordinator, over HTTP; its sockets are opened again afterwards. A browser keeps the cookie, a program passes it on. */

import { connectionError } from "@duet/lora-core/errors/connectionError";
import type { DuetError } from "@duet/lora-core/errors/duetError";
import { resultOf } from "@duet/lora-core/protocol/errors";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { SESSION_PATH, type SessionState, sessionState } from "@duet/lora-core/protocol/session";
import { z } from "zod";
import { refusalOf } from "./refusalOf.ts";

/** How one stands there. @throws {DuetError} UNREACHABLE, BAD_REPLY */
export async function readSession(url: string): Promise<SessionState> {
  const response = await ask(url, { method: "GET" });
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

async function change(url: string, request: RequestInit): Promise<Response> {
  const response = await ask(url, request);
  const result = resultOf(z.strictObject({})).safeParse(await response.json().catch(() => null)).data;
  if (!result) throw unread(response, "answerUnread");
  if (!result.ok) throw refusalOf(result.error);
  return response;
}

/** A proxy answers in the coordinator's place while there is none behind it. */
function unread({ status }: Response, word: "signInUnread" | "answerUnread"): DuetError {
  const isAway = status === 502 || status === 503 || status === 504;
  return isAway ? connectionError("UNREACHABLE", ["coordinatorAway"]) : connectionError("BAD_REPLY", [word]);
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  const address = new URL(SESSION_PATH, url.endsWith("/") ? url : `${url}/`);
  try {
    return await fetch(address, { ...request, signal: AbortSignal.timeout(ACK_TIMEOUT_MS) });
  } catch {
    throw connectionError("UNREACHABLE", ["coordinatorAway"]);
  }
}
