/** vocab.txt of BERT, one piece a line, as the tokenizer.json that transformers' BertTokenizer makes of it. */
import { z } from "zod";
import { CHAT_CONFIG_FILE } from "./modelFileList.ts";
import { ModelFolderError } from "./modelFolderError.ts";

const UNKNOWN = "[UNK]";
/** Control pieces of BERT; those that a vocabulary does not have are left out. */
const CONTROL = ["[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]"];

/** What tokenizer_config.json says, with the defaults of transformers. */
const settings = z.object({
  do_lower_case: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().default(true),
});

/** @throws {ModelFolderError} when a piece that frames a text is missing, or the settings are none. */
export function tokenizerOfVocabulary(text: string, config: unknown): object {
  const parsed = settings.safeParse(config ?? {});
  if (!parsed.success) throw new ModelFolderError(["holdsUnsupported", CHAT_CONFIG_FILE]);
  const pieces = text.split(/\r?\n/);
  if (pieces.at(-1) === "") pieces.pop();
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const idOf = (piece: string): number => {
    const id = vocab[piece];
    if (id === undefined) throw new ModelFolderError(["vocabularyLacks", piece]);
    return id;
  };
  const { do_lower_case: lowercase, strip_accents: strip = null, tokenize_chinese_chars: chinese } = parsed.data;
  return {
    added_tokens: CONTROL.filter((piece) => piece in vocab).map((content) => ({
      id: idOf(content),
      content,
      special: true,
      normalized: false,
    })),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: chinese, strip_accents: strip, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: ["[SEP]", idOf("[SEP]")], cls: ["[CLS]", idOf("[CLS]")] },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: UNKNOWN, continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
  };
}
