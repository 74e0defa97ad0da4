/** What is refused in a secure sum, by name: programs decide by `reason`, people read the sentence. */
import { DuetError } from "../errors/duetError.ts";
import { SECURE_SENTENCES, type SecureSaying } from "../errors/secureSentences.ts";
import { say, type Told } from "../sayings/saying.ts";

/** Every check that can fail. Those of a received message make an active coordinator, or a client that lies, visible. */
export type SecureRefusal =
  | "used attempt"
  | "already revealed"
  | "unreadable"
  | "out of order"
  | "second message"
  | "unknown client"
  | "forged signature"
  | "altered entry"
  | "repeated key"
  | "weak key"
  | "no subset"
  | "left out"
  | "too few"
  | "too many"
  | "wrong neighbours"
  | "altered share"
  | "both secrets"
  | "wrong revelation";

export class SecureAggregationError extends DuetError {
  readonly reason: SecureRefusal;
  /** Whose message or secret it was, where one client can be named. */
  readonly culprit: string | null;

  constructor(reason: SecureRefusal, saying: SecureSaying, culprit: string | null = null, options?: ErrorOptions) {
    super("SECURE_REFUSED", say(SECURE_SENTENCES, saying), { ...options, told: saying as Told });
    this.reason = reason;
    this.culprit = culprit;
  }
}
