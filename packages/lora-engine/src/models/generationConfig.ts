/** What generation_config.json says that is read here: the tokens that end a text. */

import { tokens } from "@duet/lora-core/architectures/configFields";
import { workError } from "@duet/lora-core/errors/workError";
import { z } from "zod";

const generationConfig = z.looseObject({ eos_token_id: tokens.nullish() });

/** None where the file does not say. @throws {TypeError} when it has another form. */
export function stopTokensOf(json: unknown): readonly number[] {
  const parsed = generationConfig.safeParse(json);
  if (!parsed.success) throw workError("MODEL_FOLDER", ["fileFieldUnsupported", "generation_config.json", "eos_token_id"]);
  return parsed.data.eos_token_id ?? [];
}
