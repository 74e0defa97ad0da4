import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTextTokenizer } from "./textTokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";

const readTokenizer = (model: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../models/${model}/tokenizer.json`, import.meta.url), "utf8"));

/** Real sentences of several scripts, and what breaks careless tokenizers. */
const TEXTS: readonly string[] = [
  "Où est l'hôpital ? Ça ira, naïveté à part — c'est sûr.",
  "Größenverhältnisse ändern sich übermäßig; Ærøskøbing, Łódź, Žižkov.",
  "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
  "Все люди рождаются свободными и равными в своём достоинстве.",
  "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
  "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
  "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।",
  "人人生而自由,在尊严和权利上一律平等。",
  "すべての人間は、生まれながらにして自由である。ｶﾀｶﾅも。",
  "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
  "👩🏽‍🔬 meets 🏳️‍🌈 and 👨‍👩‍👧‍👦, ok? 🙂",
  "def f(x):\n\tif x:\n\t\treturn  {'a': [1, 2]}  # déjà\n\n\r\nprint(f(0x3f))",
  "ﬁne １２ ½ ™ … Å e\u0301 zero\u200Bwidth\u00A0space",
];

/** Dynamic programming over prefixes, straight from the definition: the segmentation with the largest sum of scores. */
function likeliestPieces(text: string): number[] {
  const json = z.object({ model: z.object({ vocab: z.array(z.tuple([z.string(), z.number()])) }) });
  const { vocab } = json.parse(readTokenizer("use-lite")).model;
  const byPiece = new Map(vocab.map(([piece, score], id) => [piece, { id, score }]));
  const symbols = `▁${text.normalize("NFKC").replaceAll(" ", "▁")}`;
  const best: { score: number; ids: number[] }[] = [{ score: 0, ids: [] }];
  for (let end = 1; end <= symbols.length; end++) {
    let winner = { score: Number.NEGATIVE_INFINITY, ids: [0] };
    for (let start = 0; start < end; start++) {
      const piece = byPiece.get(symbols.slice(start, end));
      const before = best[start];
      if (!piece || !before) continue;
      const score = before.score + piece.score;
      if (score > winner.score) winner = { score, ids: [...before.ids, piece.id] };
    }
    best.push(winner);
  }
  return best.at(-1)?.ids ?? [];
}

/** Characters that use-lite has a piece for. */
function knownCharacters(): ReadonlySet<string> {
  const json = z.object({ model: z.object({ vocab: z.array(z.tuple([z.string(), z.number()])) }) });
  const { vocab } = json.parse(readTokenizer("use-lite")).model;
  return new Set([" ", ...vocab.map(([piece]) => piece).filter((piece) => [...piece].length === 1)]);
}

describe("a Unigram tokenizer (use-lite)", () => {
  const tokenizer = createTextTokenizer(readTokenizer("use-lite"));
  const pieces = (text: string) => tokenizer.encode(text).map((id) => tokenizer.decode([id]));

  it("splits text into the likeliest pieces", () => {
    expect(tokenizer.encode("I like my phone.")).toEqual([16, 60, 69, 825, 6]);
    for (const text of [
      "The skin on my palms and soles is thickened and has deep cracks.",
      "ciod: failed to read message prefix on control stream (CioStream socket to 172.16.96.116:33569",
      "Antidisestablishmentarianism, internationalization & 3,141.59 km — all at http://example.org :-)",
    ]) {
      expect(tokenizer.encode(text)).toEqual(likeliestPieces(text));
    }
  });

  it("gives back the text it read, without repairing spaces before punctuation", () => {
    const text = "Instruction cache parity error corrected ; rank 7 , pid=1142: done";
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("reads composed and compatibility characters as their normal form", () => {
    expect(tokenizer.encode("ﬁne １２")).toEqual(tokenizer.encode("fine 12"));
  });

  it("gives back every text as its documented normal form, with one replacement for a run of unknown characters", () => {
    const known = knownCharacters();
    for (const text of TEXTS) {
      const normal = text.normalize("NFKC");
      const expected = [...normal].map((character) => (known.has(character) ? character : "\uFFFD")).join("");
      const found = tokenizer.decode(tokenizer.encode(text));
      expect(found).toBe(expected.replace(/\uFFFD+/g, "\uFFFD"));
    }
  });

  it("merges a run of unknown characters into one unknown piece", () => {
    const unknown = tokenizer.idOf("�");
    expect(unknown).toBe(0);
    const [blank] = tokenizer.encode(" ");
    expect(tokenizer.encode("日本語")).toEqual([blank, 0]);
    expect(tokenizer.encode("日 本")).toEqual([blank, 0, blank, 0]);
  });

  it("reads reserved pieces written in a text as plain text", () => {
    for (const text of ["<s>", "</s>", "extra_token_id_1", "<reserved 3>"]) {
      expect(tokenizer.encode(text).filter((id) => id > 0 && id < 6)).toEqual([]);
    }
  });

  it("keeps pieces with a colon, whose scores the package lost", () => {
    expect(pieces("error: 5")).toEqual(["error", ":", "5"]);
  });

  it("gives no piece for an empty text, and no text for no pieces", () => {
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.decode([])).toBe("");
  });
});

describe("a byte-level BPE tokenizer (duet-tiny)", () => {
  const tokenizer = createTextTokenizer(readTokenizer("duet-tiny"));

  it("gives back any text, byte for byte", () => {
    for (const text of [...TEXTS, "The kernel printed 0x3f , then\n  stopped.", "  two  spaces "]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("knows control pieces by name, and never reads them out of a text", () => {
    expect(tokenizer.idOf("<|endoftext|>")).toBe(0);
    expect(tokenizer.idOf("<|label|>")).toBe(6);
    expect(tokenizer.idOf("<|nothing|>")).toBeNull();
    const ids = tokenizer.encode("a<|user|>b<|endoftext|>");
    expect(ids.every((id) => id > 7)).toBe(true);
    expect(tokenizer.decode(ids)).toBe("a<|user|>b<|endoftext|>");
  });

  it("leaves control pieces out of decoded text", () => {
    expect(tokenizer.decode([3, ...tokenizer.encode("hello"), 5, 0])).toBe("hello");
  });
});

/** A tokenizer.json of one layout over the words "a" and "b". */
const layout = (changes: object) => ({
  model: { type: "WordLevel", vocab: { "<unk>": 0, a: 1, b: 2 }, unk_token: "<unk>" },
  ...changes,
});

it.each<[string, unknown, string]>([
  ["nothing", null, "tokenizer"],
  ["no model", {}, "model"],
  [
    "another model",
    layout({ model: { type: "Bigram" } }),
    "its model is of the type Bigram; supported are BPE, Unigram, WordLevel, WordPiece",
  ],
  ["another normalizer", layout({ normalizer: { type: "Uppercase" } }), "its normalizer is of the type Uppercase"],
  ["one of them in a sequence", layout({ normalizer: { type: "Sequence", normalizers: [{ type: "Odd" }] } }), "type Odd"],
  ["a cut by scripts", layout({ pre_tokenizer: { type: "UnicodeScripts" } }), "its pre_tokenizer is of the type UnicodeScripts"],
  ["another decoder", layout({ decoder: { type: "CTC" } }), "its decoder is of the type CTC"],
  ["a field that is missing", layout({ normalizer: { type: "Replace", content: "x" } }), "normalizer.pattern is missing"],
  [
    "an expression that is none",
    layout({ pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" } }),
    "expression",
  ],
  ["merges drawn by chance", layout({ model: { type: "BPE", vocab: { a: 0 }, merges: [], dropout: 0.1 } }), "model.dropout"],
  [
    "a prefix inside words",
    layout({ model: { type: "BPE", vocab: {}, merges: [], continuing_subword_prefix: "##" } }),
    "model.continuing_subword_prefix",
  ],
  ["no unknown piece", layout({ model: { type: "Unigram", vocab: [["a", 0]], unk_id: null } }), "model.unk_id"],
  [
    "an unknown piece that is not there",
    layout({ model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "?" } }),
    "its unk_token ? is not",
  ],
  [
    "two words on prefixes",
    layout({ pre_tokenizer: { type: "Metaspace", replacement: "_", prepend_scheme: "first", add_prefix_space: false } }),
    "Metaspace",
  ],
  [
    "a damaged map",
    layout({ normalizer: { type: "Precompiled", precompiled_charsmap: "//8=" } }),
    "precompiled_charsmap is damaged",
  ],
])("refuses by name: %s", (_, json, words) => {
  expect(() => createTextTokenizer(json)).toThrow(TokenizerError);
  expect(() => createTextTokenizer(json)).toThrow(words);
});

it("cuts at spaces and punctuation as Unicode has them", () => {
  const { encode } = createTextTokenizer(
    layout({
      pre_tokenizer: { type: "Whitespace" },
      model: { type: "WordLevel", vocab: { "?": 0, été: 1, "१२": 2, a: 3 }, unk_token: "?" },
    }),
  );
  expect(encode("été a\u0085१२\u3000été!")).toEqual([1, 3, 2, 1, 0]);
  expect(encode("a\uFEFFa")).toEqual([3, 0, 3]);
});
