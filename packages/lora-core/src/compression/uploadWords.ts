/** How uploads are coded, in words, for whoever chooses it or joins. */
import { nameOfCoding, type UploadCoding } from "./uploadCoding.ts";

interface Words {
  readonly coding: UploadCoding;
  readonly label: string;
  /** What it does and costs, one or two plain sentences. */
  readonly summary: string;
}

const LATER = "What rounding loses goes along in the next round.";

/** In the order in which they are offered. */
export const UPLOAD_CHOICES: readonly Words[] = [
  {
    coding: { format: "int8", topK: null },
    label: "8 bits a value",
    summary: `A quarter of the bytes: what a client changed, rounded to 8 bits a value. ${LATER}`,
  },
  {
    coding: { format: "int4", topK: null },
    label: "4 bits a value",
    summary: `An eighth of the bytes, for slow lines: what a client changed, rounded to 4 bits a value. ${LATER}`,
  },
  {
    coding: { format: "int8", topK: 0.25 },
    label: "The largest quarter, 8 bits",
    summary:
      "Less than a tenth of the bytes: the largest quarter of what a client changed, and the rest in later rounds. Few rounds learn less with it.",
  },
  {
    coding: { format: "f16", topK: null },
    label: "16 bits a value",
    summary: `Half of the bytes: what a client changed, rounded to 16 bits a value. ${LATER}`,
  },
  {
    coding: { format: "f32", topK: null },
    label: "As it is, 32 bits a value",
    summary: "Nothing is rounded, and most can be read out of an update: choose fewer bits unless values must be exact.",
  },
];

/** How values are written, for a list of what is sent: "rounded to 8 bits a value". */
export function codingWords({ format, topK }: UploadCoding): string {
  const bits = {
    f32: "in full precision",
    f16: "rounded to 16 bits a value",
    int8: "rounded to 8 bits a value",
    int4: "rounded to 4 bits a value",
  };
  return topK === null ? bits[format] : `the largest ${Math.round(100 * topK)} % of their values, ${bits[format]}`;
}

/** The choice of that name; null where it is none that is offered. */
export const uploadChoice = (name: string): Words | null =>
  UPLOAD_CHOICES.find(({ coding }) => nameOfCoding(coding) === name) ?? null;
