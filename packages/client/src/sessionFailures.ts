/** What failures of a session's work mean to its machine. Pure. */
import type { RoundKey } from "@duet/lora-core/contract/clientRound";
import { explain, hasCode } from "@duet/lora-core/errors/duetError";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { SessionEvent } from "./sessionMachine.ts";

/** What a secure sum's step that was not answered means to the machine. */
export function sumEventOf(error: unknown, key: ExchangeKey): SessionEvent {
  if (hasCode(error, "WRONG_ROUND")) return { kind: "sumOutdated", key };
  if (hasCode(error, "SECURE_REFUSED")) return { kind: "sumRefused", key, reason: error.told ?? error.message };
  return { kind: "failed", failure: explain(error) };
}

/** What an error of some work means to the machine. */
export function eventOf(error: unknown, key: RoundKey | null): SessionEvent {
  if (key && hasCode(error, "STOPPED")) return { kind: "interrupted", key, isOutdated: false };
  // The round ended meanwhile; a newer snapshot is on its way.
  if (key && hasCode(error, "WRONG_ROUND")) return { kind: "interrupted", key, isOutdated: true };
  if (key && hasCode(error, "DEVICE_LOST")) return { kind: "deviceLost", key };
  return { kind: "failed", failure: explain(error) };
}
