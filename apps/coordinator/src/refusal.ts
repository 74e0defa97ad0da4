/** Why a request is not done, as the typed error that its sender gets. */
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { RefusalCode } from "@duet/lora-core/errors/errorTable";
import { SCHEMA_SENTENCES } from "@duet/lora-core/errors/schemaSentences";
import { CHOICE_SENTENCES } from "@duet/lora-core/federation/choiceSentences";
import { REFUSAL_SENTENCES } from "@duet/lora-core/protocol/refusalSentences";
import { type Said, type Saying, say, type Told } from "@duet/lora-core/sayings/saying";

const SENTENCES = { ...REFUSAL_SENTENCES, ...CHOICE_SENTENCES, ...SCHEMA_SENTENCES };

/** Thrown anywhere below the gateway; becomes `{ok: false, error: {code, message, told?, retryAfterMs?}}`. */
export class Refusal extends DuetError {
  declare readonly code: RefusalCode;

  /** `why` may be what an error has said. */
  constructor(code: RefusalCode, why: Saying<typeof SENTENCES> | Said, options?: { readonly retryAfterMs?: number }) {
    const { message, told } = "message" in why ? why : { message: say(SENTENCES, why), told: why as Told };
    super(code, message, { ...options, told });
  }
}
