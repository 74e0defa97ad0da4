/**
 * Medical terms out of WordNet's noun file (dict/data.noun): everything below a few roots by hyponymy.
 * File format: wndb(5WN), https://wordnet.princeton.edu/documentation/wndb5wn.
 */
import { type MedicalTerm, TERM_KINDS, type TermKind } from "./medicalCorpus.ts";

interface Synset {
  readonly words: readonly string[];
  readonly lexicographerFile: number;
  readonly hyponyms: readonly string[];
  readonly gloss: string;
}

/** Roots of the subtrees: a word of the synset and its lexicographer file, which together are unique in WordNet 3.1. */
const ROOTS: readonly { readonly word: string; readonly file: number; readonly kind: TermKind }[] = [
  { word: "illness", file: 26, kind: "disease" },
  { word: "symptom", file: 26, kind: "symptom" },
  { word: "injury", file: 26, kind: "injury" },
  { word: "drug", file: 6, kind: "drug" },
  { word: "medicament", file: 6, kind: "drug" },
  { word: "body_part", file: 8, kind: "body part" },
  { word: "medical_procedure", file: 4, kind: "medical procedure" },
  { word: "diagnostic_procedure", file: 4, kind: "medical procedure" },
  { word: "medical_care", file: 4, kind: "medical procedure" },
  { word: "microorganism", file: 5, kind: "microorganism" },
  { word: "health_professional", file: 18, kind: "health professional" },
];

/** Subtrees left out: WordNet counts every alcoholic drink among the drugs. */
const LEFT_OUT: readonly { readonly word: string; readonly file: number }[] = [{ word: "alcoholic_beverage", file: 13 }];

/** Words that would give a kind away: a gloss with one of its own kind's is left out. */
const TELLING_WORDS: Readonly<Record<TermKind, RegExp>> = {
  disease: /\b(diseas\w*|ill|illness\w*|sick\w*|disorder\w*)\b/i,
  symptom: /\bsymptom\w*/i,
  injury: /\binjur\w*/i,
  drug: /\b(drug\w*|medicine\w*|medication\w*|trade name\w*)\b/i,
  "body part": /\b(body|bodies|part|parts)\b/i,
  "medical procedure": /\b(procedure\w*|medical\w*)\b/i,
  microorganism: /\bmicro-?organism\w*/i,
  "health professional": /\b(professional\w*|practitioner\w*)\b/i,
};

const MIN_WORDS = 4;

/**
 * Terms below the roots, sorted by kind, then term. A synset below roots of two kinds is left out, and so is one whose
 * gloss is very short, names its own kind, or was already used.
 * @throws {RangeError} when a root is missing: this is not WordNet 3.1.
 */
export function wordNetTerms(dataNoun: string): readonly MedicalTerm[] {
  const synsets = parseSynsets(dataNoun);
  const kinds = kindsOf(synsets);
  const glosses = new Set<string>();
  const terms: MedicalTerm[] = [];
  for (const [offset, found] of kinds) {
    const synset = synsets.get(offset);
    const [kind] = found;
    if (!synset || !kind || found.size > 1) continue;
    const gloss = definitionOf(synset.gloss);
    const key = gloss.toLowerCase();
    if (gloss.split(" ").length < MIN_WORDS || TELLING_WORDS[kind].test(gloss) || glosses.has(key)) continue;
    glosses.add(key);
    terms.push({ term: (synset.words[0] ?? "").replaceAll("_", " "), gloss, kind });
  }
  return terms.sort(
    (a, b) => TERM_KINDS.indexOf(a.kind) - TERM_KINDS.indexOf(b.kind) || compare(a.term, b.term) || compare(a.gloss, b.gloss),
  );
}

/** The definition without domain marks in brackets in front and without example sentences behind. */
function definitionOf(gloss: string): string {
  return gloss
    .split(/;\s*"/, 1)[0]!
    .replace(/^(\s*\([^)]*\)\s*)+/, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** offset lex_filenum ss_type w_cnt word lex_id … p_cnt (pointer_symbol offset pos source/target) … | gloss */
function parseSynsets(dataNoun: string): ReadonlyMap<string, Synset> {
  const synsets = new Map<string, Synset>();
  for (const line of dataNoun.split("\n")) {
    const [head = "", gloss] = line.split(" | ");
    if (gloss === undefined || !/^\d{8} /.test(head)) continue;
    const fields = head.split(" ");
    const numWords = Number.parseInt(fields[3] ?? "", 16);
    const words = Array.from({ length: numWords }, (_, i) => fields[4 + 2 * i] ?? "");
    const pointers = fields.slice(5 + 2 * numWords);
    const hyponyms: string[] = [];
    for (let i = 0; i + 3 < pointers.length; i += 4) {
      // "~i", instances, are single people and places.
      if (pointers[i] === "~" && pointers[i + 2] === "n") hyponyms.push(pointers[i + 1] ?? "");
    }
    synsets.set(fields[0] ?? "", { words, lexicographerFile: Number(fields[1]), hyponyms, gloss });
  }
  return synsets;
}

/** Kinds of every synset strictly below a root. */
function kindsOf(synsets: ReadonlyMap<string, Synset>): ReadonlyMap<string, ReadonlySet<TermKind>> {
  const leftOut = new Set(LEFT_OUT.flatMap((root) => [...below(synsets, root)]));
  const kinds = new Map<string, Set<TermKind>>();
  for (const { kind, ...root } of ROOTS) {
    for (const offset of below(synsets, root)) {
      if (!leftOut.has(offset)) kinds.set(offset, (kinds.get(offset) ?? new Set()).add(kind));
    }
  }
  return kinds;
}

/** Offsets of all hyponyms of the root, at any depth. */
function below(synsets: ReadonlyMap<string, Synset>, { word, file }: { word: string; file: number }): ReadonlySet<string> {
  const root = [...synsets.values()].find((synset) => synset.lexicographerFile === file && synset.words.includes(word));
  if (!root) throw new RangeError(`WordNet's noun file has no "${word}" in lexicographer file ${file}`);
  const found = new Set(root.hyponyms);
  // A set being walked also visits what is added on the way.
  for (const offset of found) for (const hyponym of synsets.get(offset)?.hyponyms ?? []) found.add(hyponym);
  return found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
