import { SCHEMA_SENTENCES } from "@duet/lora-core/errors/schemaSentences";
import { CHOICE_SENTENCES } from "@duet/lora-core/federation/choiceSentences";
import { strategies } from "@duet/lora-core/strategies/registry";

/** By the method's id. */
type ByMethod = Readonly<Record<string, string>>;

const byMethod = (refusalOf: (strategy: (typeof strategies)[number]) => string | null | undefined): ByMethod =>
  Object.fromEntries(
    strategies.flatMap((strategy) => {
      const refusal = refusalOf(strategy);
      return refusal ? [[strategy.id, refusal]] : [];
    }),
  );

export const en = {
  choices: CHOICE_SENTENCES,
  schema: SCHEMA_SENTENCES,
  /** Why a method cannot write texts, have a robust mean, or be summed securely. */
  methods: {
    task: byMethod(({ refusal }) => refusal?.("text")),
    robust: byMethod(({ robustRefusal }) => robustRefusal),
    sum: byMethod(({ sumRefusal }) => sumRefusal),
  },
};
