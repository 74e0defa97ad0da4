/** How the values that clients send are written down: the format of one value, and how many of them are sent. */

import { z } from "zod";
import { ownRule } from "../errors/schemaSentences.ts";

/** f32 sends values as they are; the others send what the client moved, rounded. */
export const UPLOAD_FORMATS = ["f32", "f16", "int8", "int4"] as const;

export const uploadCoding = z
  .strictObject({
    format: z.enum(UPLOAD_FORMATS),
    /** Share of the values that are sent, the largest; the rest waits for later rounds. Null sends all. */
    topK: z.number().min(0.01).max(0.99).nullable(),
  })
  .refine(({ format, topK }) => format !== "f32" || topK === null, {
    ...ownRule("allOfF32"),
    path: ["topK"],
  });
export type UploadCoding = z.output<typeof uploadCoding>;
export type UploadFormat = UploadCoding["format"];

/** Bit for bit what the client has. */
export const AS_THEY_ARE: UploadCoding = { format: "f32", topK: null };

/** From its name: a format, and behind a colon the share of the values that is sent, as in "int8:0.25". */
export const codingByName = z
  .string()
  .max(20)
  .transform((name) => {
    const [format, share] = name.split(":");
    return { format, topK: share === undefined ? null : Number(share) };
  })
  .pipe(uploadCoding);

export const nameOfCoding = ({ format, topK }: UploadCoding): string => (topK === null ? format : `${format}:${topK}`);
