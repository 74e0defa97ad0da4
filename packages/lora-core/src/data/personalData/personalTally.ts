/** Counts likely personal data in rows. */
import type { Row } from "../row.ts";
import type { Task } from "../task.ts";
import { findPersonalData } from "./findPersonalData.ts";
import { PERSONAL_KINDS, type PersonalKind } from "./personalKind.ts";
import type { KindReport, PersonalReport } from "./personalReport.ts";

const EXAMPLES = 3;
const EXAMPLE_CHARACTERS = 40;

interface Tally {
  count: number;
  readonly examples: Set<string>;
}

/** Counts row by row, so that whoever runs it can pause between rows. */
export class PersonalTally {
  readonly #task: Task;
  readonly #tallies = new Map<PersonalKind, Tally>();
  #rows = 0;
  #rowsFound = 0;

  constructor(task: Task) {
    this.#task = task;
  }

  /** Reads what would be trained on: labels are everybody's, and no text. */
  add({ input, answer }: Row): void {
    const found = (this.#task.kind === "text" ? [input, answer] : [input]).map((text) => this.#read(text));
    this.#rows += 1;
    if (found.some((any) => any)) this.#rowsFound += 1;
  }

  report(): PersonalReport {
    const kinds = PERSONAL_KINDS.flatMap((kind): KindReport[] => {
      const tally = this.#tallies.get(kind);
      return tally ? [{ kind, count: tally.count, examples: [...tally.examples] }] : [];
    });
    return { rows: this.#rows, rowsFound: this.#rowsFound, kinds };
  }

  #read(text: string): boolean {
    const found = findPersonalData(text);
    for (const { kind, start, end } of found) {
      const tally = this.#tallies.get(kind) ?? { count: 0, examples: new Set() };
      this.#tallies.set(kind, tally);
      tally.count += 1;
      if (tally.examples.size < EXAMPLES) tally.examples.add(cut(text.slice(start, end)));
    }
    return found.length > 0;
  }
}

const cut = (text: string): string => (text.length > EXAMPLE_CHARACTERS ? `${text.slice(0, EXAMPLE_CHARACTERS)}…` : text);
