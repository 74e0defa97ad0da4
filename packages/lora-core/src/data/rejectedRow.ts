/** A row that cannot be used, and why, in words for its owner. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
}
