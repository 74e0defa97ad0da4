/** The chat template of an instruction model: how messages become one text with control pieces. */

import type { Turn } from "@duet/lora-core/data/turn";
import { workError } from "@duet/lora-core/errors/workError";
import { z } from "zod";
import { boundedTemplate } from "./boundedTemplate.ts";

/** A template with what it may refer to. */
export interface ChatTemplate {
  /** Jinja, as in tokenizer_config.json. */
  readonly source: string;
  /** Control pieces by their text; null where the model has none. */
  readonly bosToken: string | null;
  readonly eosToken: string | null;
}

/** Renders messages; `continues` adds the beginning of the assistant's answer. @throws {TypeError} naming the template's own complaint. */
export type RenderChat = (messages: readonly Turn[], continues: boolean) => string;

const piece = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]).nullish();
const tokenizerConfig = z.looseObject({
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
  bos_token: piece,
  eos_token: piece,
});

/**
 * From tokenizer_config.json and chat_template.jinja, either of which a model may lack; null without a template. Of several named
 * templates the one called "default".
 * @throws {TypeError} when tokenizer_config.json has another form.
 */
export function chatTemplateOf(tokenizerConfigJson: unknown, jinja: string | null): ChatTemplate | null {
  const parsed = tokenizerConfig.safeParse(tokenizerConfigJson ?? {});
  if (!parsed.success) {
    throw workError("MODEL_FOLDER", [
      "fileFieldUnsupported",
      "tokenizer_config.json",
      String(parsed.error.issues[0]?.path.join(".")),
    ]);
  }
  const { chat_template: found, bos_token: bos, eos_token: eos } = parsed.data;
  const source = jinja ?? (Array.isArray(found) ? found.find(({ name }) => name === "default")?.template : found);
  return source ? { source, bosToken: bos ?? null, eosToken: eos ?? null } : null;
}

/** @throws {TypeError} when the template cannot be read. */
export function createChat({ source, bosToken, eosToken }: ChatTemplate): RenderChat {
  const renderTemplate = attempt(() => boundedTemplate(source));
  return (messages, continues) =>
    attempt(() =>
      renderTemplate({
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: continues,
        bos_token: bosToken ?? "",
        eos_token: eosToken ?? "",
        // Models that can think aloud first are asked for the answer at once.
        enable_thinking: false,
      }),
    );
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw workError("MODEL_FOLDER", ["templateUnusable", reason], { cause: error });
  }
}
