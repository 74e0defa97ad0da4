/** A label as a file has it, with how many rows. */
export interface LabelCount {
  readonly label: string;
  readonly count: number;
}
