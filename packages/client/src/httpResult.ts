/** What the coordinator's HTTP routes answer to whoever changes something. */
import { connectionError } from "@duet/lora-core/errors/connectionError";
import type { DuetError } from "@duet/lora-core/errors/duetError";
import { resultOf } from "@duet/lora-core/protocol/errors";
import { ACK_TIMEOUT_MS } from "@duet/lora-core/protocol/limits";
import { z } from "zod";
import { refusalOf } from "./refusalOf.ts";

/** @throws {DuetError} a refusal, UNREACHABLE, BAD_REPLY */
export async function changeAt(address: URL, request: RequestInit): Promise<Response> {
  const response = await askAt(address, request);
  const result = resultOf(z.strictObject({})).safeParse(await response.json().catch(() => null)).data;
  if (!result) throw unread(response, "answerUnread");
  if (!result.ok) throw refusalOf(result.error);
  return response;
}

/** @throws {DuetError} UNREACHABLE */
export async function askAt(address: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...request, signal: AbortSignal.timeout(ACK_TIMEOUT_MS) });
  } catch {
    throw connectionError("UNREACHABLE", ["coordinatorAway"]);
  }
}

/** A proxy answers in the coordinator's place while there is none behind it. */
export function unread({ status }: Response, word: "signInUnread" | "answerUnread"): DuetError {
  const isAway = status === 502 || status === 503 || status === 504;
  return isAway ? connectionError("UNREACHABLE", ["coordinatorAway"]) : connectionError("BAD_REPLY", [word]);
}
