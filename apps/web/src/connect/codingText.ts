import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { words } from "./words.ts";

/** How values are written, for a list of what is sent: "rounded to 8 bits a value". */
export function codingText({ format, topK }: UploadCoding): string {
  const bits = words.coding.bits[format];
  return topK === null ? bits : words.coding.largest(Math.round(100 * topK), bits);
}
