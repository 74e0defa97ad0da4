/**
 * The files of sentence-transformers beside a model's config.json: how hidden states are pooled, how long texts may be, and what is
 * written before them. What a model's vectors are depends on them, so a layout that is not known is refused.
 */
import { z } from "zod";
import { ModelFolderError } from "./modelFolderError.ts";
import { PLAIN_SENTENCES, SENTENCE_FIELD, type SentenceSettings, sentenceModelType } from "./sentenceSettings.ts";

const MODULES_FILE = "modules.json";
const TRANSFORMER_FILE = "sentence_bert_config.json";
const PROMPTS_FILE = "config_sentence_transformers.json";
/** Of all of them; they are small. */
const MAX_SENTENCE_FILE_BYTES = 1024 * 1024;

/** Reads one of the model's files as JSON; null where there is none. `name` may lie in a folder. */
export type ReadBeside = (name: string, maxBytes: number) => Promise<unknown>;

const modules = z.array(z.object({ type: z.string(), path: z.string() }));
const flag = z.boolean().default(false);
const pooling = z.object({
  /** Of the newest files, in place of the flags. */
  pooling_mode: z.string().optional(),
  pooling_mode_cls_token: flag,
  pooling_mode_mean_tokens: flag,
  pooling_mode_max_tokens: flag,
  pooling_mode_mean_sqrt_len_tokens: flag,
  pooling_mode_weightedmean_tokens: flag,
  pooling_mode_lasttoken: flag,
  include_prompt: z.literal(true).default(true),
});
const transformer = z.object({
  max_seq_length: z.number().int().min(1).nullish(),
  do_lower_case: z.literal(false).default(false),
});
const prompts = z.object({
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
});

/**
 * `config` with the settings of sentence-transformers under {@link SENTENCE_FIELD}; as it is where the model is a
 * decoder, whose vectors nobody asks for, or has no modules.json.
 * @throws {ModelFolderError} naming what is missing or would give other vectors.
 */
export async function withSentenceSettings<Config extends object>(config: Config, read: ReadBeside): Promise<Config> {
  const listed =
    "model_type" in config && sentenceModelType.safeParse(config.model_type).success
      ? await read(MODULES_FILE, MAX_SENTENCE_FILE_BYTES)
      : null;
  return listed === null ? config : { ...config, [SENTENCE_FIELD]: await settingsOf(listed, read) };
}

async function settingsOf(listed: unknown, read: ReadBeside): Promise<SentenceSettings> {
  const steps = fieldsOf(MODULES_FILE, modules, listed).map(({ type, path }) => ({
    kind: type.slice(type.lastIndexOf(".") + 1),
    path,
  }));
  const kinds = steps.map(({ kind }) => kind).join(", ");
  // Vectors are compared by their angle, so it does not matter whether they are normalised at the end.
  if (!/^Transformer, Pooling(, Normalize)?$/.test(kinds)) {
    throw new ModelFolderError(["otherVectors", kinds]);
  }
  const file = `${steps[1]?.path}/config.json`;
  const pooled = await read(file, MAX_SENTENCE_FILE_BYTES);
  if (pooled === null) throw new ModelFolderError(["namedFileMissing", file, MODULES_FILE]);
  const { max_seq_length: maxTokens = null } = fieldsOf(
    TRANSFORMER_FILE,
    transformer,
    (await read(TRANSFORMER_FILE, MAX_SENTENCE_FILE_BYTES)) ?? {},
  );
  const prompt = promptOf(fieldsOf(PROMPTS_FILE, prompts, (await read(PROMPTS_FILE, MAX_SENTENCE_FILE_BYTES)) ?? {}));
  return { ...PLAIN_SENTENCES, pooling: poolingOf(fieldsOf(file, pooling, pooled)), maxTokens, prompt };
}

function poolingOf({ pooling_mode: mode, include_prompt: _, ...flags }: z.output<typeof pooling>): SentenceSettings["pooling"] {
  const set = Object.entries(flags).flatMap(([name, on]) => (on ? [name.replace(/^pooling_mode_|_tokens?$/g, "")] : []));
  const [only, ...others] = mode === undefined ? set : [mode];
  if ((only !== "mean" && only !== "cls") || others.length > 0) {
    throw new ModelFolderError(["otherPooling", [only, ...others].join(" and ")]);
  }
  return only;
}

/** The default prompt, else the one for a query: rows and labels are compared as one kind of text, as e5 wants it. */
function promptOf({ prompts: texts, default_prompt_name: name }: z.output<typeof prompts>): string {
  const chosen = texts?.[name ?? "query"];
  if (name && chosen === undefined) throw new ModelFolderError(["noPrompt", PROMPTS_FILE, name]);
  return chosen ?? "";
}

function fieldsOf<Fields>(file: string, schema: z.ZodType<Fields>, json: unknown): Fields {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new ModelFolderError(path === "" ? ["holdsUnsupported", file] : ["saysUnsupported", file, path]);
}
