/** Of text over lines: as attributes and not as a class, so that a chart's file has it too. */
export const HALO = { paintOrder: "stroke", stroke: "var(--surface)", strokeWidth: 3 } as const;
