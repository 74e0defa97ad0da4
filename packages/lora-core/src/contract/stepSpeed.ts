/** How fast a device trains, measured on its own rows before it joins. */
export interface StepSpeed {
  /** Read in the steps that were measured, padding not counted. */
  readonly tokens: number;
  readonly seconds: number;
  /** Mean over the rows that they are of. */
  readonly tokensPerRow: number;
}
