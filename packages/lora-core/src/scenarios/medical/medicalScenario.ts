/**
 * "Medical terms": real definitions out of WordNet; from the definition, say what kind of thing is defined.
 * Clients are departments of a hospital, each with its own mix of kinds.
 */

import type { Row } from "../../data/row.ts";
import type { Task } from "../../data/task.ts";
import { random, shuffled } from "../../tensors/random.ts";
import { SAMPLES } from "../samples.ts";
import { clientName, type Scenario } from "../scenario.ts";
import { weightedPick } from "../weightedPick.ts";
import { type MedicalCorpus, type MedicalTerm, TERM_KINDS, type TermKind } from "./medicalCorpus.ts";

export interface MedicalScenarioOptions {
  readonly clients: number;
  readonly seed: number;
  /** Rows of every client. */
  readonly rowsPerClient?: number;
}

/** Share of each kind among a department's rows, in percent, in the order of TERM_KINDS. */
const DEPARTMENTS: readonly { readonly name: string; readonly mix: readonly number[] }[] = [
  //                                        dis sym inj drg bod pro mic prof
  { name: "Emergency", /*                */ mix: [20, 30, 20, 10, 10, 5, 0, 5] },
  { name: "Pharmacy", /*                 */ mix: [15, 10, 0, 55, 5, 5, 5, 5] },
  { name: "Microbiology", /*             */ mix: [35, 10, 0, 10, 5, 5, 35, 0] },
  { name: "Surgery", /*                  */ mix: [10, 5, 10, 5, 45, 20, 0, 5] },
  { name: "General practice", /*         */ mix: [40, 25, 5, 15, 5, 5, 0, 5] },
  { name: "Training office", /*          */ mix: [10, 5, 5, 5, 30, 15, 5, 25] },
];

const DEFAULT_ROWS = 300;

/**
 * Clients draw in turn and without replacement; a kind that has run out leaves its share to the department's others.
 * @throws {RangeError} when the corpus has not enough terms.
 */
export function medicalScenario(corpus: MedicalCorpus, options: MedicalScenarioOptions): Scenario {
  const { clients, seed, rowsPerClient = DEFAULT_ROWS } = options;
  if (clients * rowsPerClient > corpus.terms.length) {
    throw new RangeError(
      `${clients} clients of ${rowsPerClient} rows need more than the ${corpus.terms.length} terms there are.`,
    );
  }
  const uniform = random(seed, "medicalScenario");
  const stock = new Map(TERM_KINDS.map((kind) => [kind, termsOf(corpus, kind, seed)]));
  const rows = Array.from({ length: clients }, (): Row[] => []);
  for (let line = 1; line <= rowsPerClient; line++) {
    for (const [client, held] of rows.entries()) {
      const kind = weightedPick(kindWeights(client, stock), uniform);
      const term = stock.get(kind)?.pop();
      if (term) held.push({ line, input: term.gloss, answer: term.kind });
    }
  }
  const names = DEPARTMENTS.map(({ name }) => name);
  return {
    id: "medical",
    title: SAMPLES.medical.title,
    description: "Real definitions of medical terms from WordNet 3.1; each department holds its own mix of kinds of term.",
    synthetic: false,
    task: medicalTask(),
    clients: rows.map((held, client) => ({ name: clientName(names, client), rows: held })),
  };
}

function medicalTask(): Task {
  return { kind: "label", labels: [...TERM_KINDS] };
}

function termsOf(corpus: MedicalCorpus, kind: TermKind, seed: number): MedicalTerm[] {
  return shuffled(
    corpus.terms.filter((term) => term.kind === kind),
    random(seed, "medicalScenario", kind),
  );
}

/** The department's mix over the kinds still in stock; what is in stock, once its own kinds have all run out. */
function kindWeights(client: number, stock: ReadonlyMap<TermKind, readonly MedicalTerm[]>): ReadonlyMap<TermKind, number> {
  const mix = DEPARTMENTS[client % DEPARTMENTS.length]?.mix ?? [];
  const left = (kind: TermKind) => stock.get(kind)?.length ?? 0;
  const own = new Map(TERM_KINDS.map((kind, index) => [kind, left(kind) > 0 ? (mix[index] ?? 0) : 0]));
  const any = [...own.values()].some((weight) => weight > 0);
  return any ? own : new Map(TERM_KINDS.map((kind) => [kind, left(kind)]));
}
