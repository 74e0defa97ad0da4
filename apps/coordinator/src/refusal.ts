/** Why a request is not done, as the typed error that its sender gets. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";

/** Thrown anywhere below the gateway; becomes `{ok: false, error: {code, message, retryAfterMs?}}`. */
export class Refusal extends DuetError {
  declare readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: { readonly retryAfterMs?: number }) {
    super(code, message, options);
  }
}
