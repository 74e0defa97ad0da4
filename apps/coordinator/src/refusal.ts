/** Why a request is not done, as the typed error that its sender gets. */
import type { ErrorCode } from "@duet/lora-core/protocol/errors";

/** Thrown anywhere below the gateway; becomes `{ok: false, error: {code, message}}`. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}
