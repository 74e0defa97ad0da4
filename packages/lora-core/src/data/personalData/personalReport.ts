/** How much personal data rows seem to have, by kind, with a few examples for their owner. */
import type { PersonalKind } from "./personalKind.ts";

export interface KindReport {
  readonly kind: PersonalKind;
  /** How often it stands in the rows. */
  readonly count: number;
  /** Different ones, as they stand there, cut to a readable length. They are rows' content: for the screen of the tab that has the rows, and nothing else. */
  readonly examples: readonly string[];
}

export interface PersonalReport {
  readonly rows: number;
  /** Rows with anything in them. */
  readonly rowsFound: number;
  /** Kinds that were found, in the order of PERSONAL_KINDS. */
  readonly kinds: readonly KindReport[];
}
