/** A tokenizer.json with something that would be read differently here, and the parts of one. */

import { z } from "zod";
import { DuetError } from "../errors/duetError.ts";
import { type ModelSaying, modelFailure } from "../errors/modelSentences.ts";
import { schemaSaying } from "../errors/schemaWords.ts";
import type { Told } from "../sayings/saying.ts";

export class TokenizerError extends DuetError {
  constructor(problem: ModelSaying) {
    super("TOKENIZER", ...modelFailure(["tokenizer", problem as Told]));
  }
}

/** A step of the pipeline by its `type`: builds it from its fields. */
export type Builders<Step> = ReadonlyMap<string, (json: unknown) => Step>;

const typed = z.looseObject({ type: z.string() });

/** The step that `json` describes. @throws {TokenizerError} naming a type or a field that is not supported. */
export function buildStep<Step>(what: string, builders: Builders<Step>, json: unknown): Step {
  const { type } = fieldsOf(what, typed, json);
  const build = builders.get(type);
  if (!build) throw new TokenizerError(["otherStep", what, type, [...builders.keys()].join(", ")]);
  return build(json);
}

/** Fields of a part; others may be anything. @throws {TokenizerError} naming the first that does not fit. */
export function fieldsOf<Fields>(what: string, schema: z.ZodType<Fields>, json: unknown): Fields {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TokenizerError(schemaSaying(parsed.error, { given: json, nameOf: (path) => [what, ...path].join(".") }));
}
