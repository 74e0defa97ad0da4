/** What an upload tells whoever reads it by itself: the shared adapter before and after it. Pure. */
import { splitRanks, withPart } from "../adapters/adapterSum.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import { withMerged } from "./exchange.ts";
import { decodeUpload, sentFrom, type UploadForm } from "./uploadCodec.ts";

/** As a forward pass sees them: with what was merged beside. */
export interface SentUpdate {
  /** What the coordinator had handed out, or what everybody starts with. */
  readonly before: NamedTensors;
  /** That with the update in it, rounded as it travelled. */
  readonly after: NamedTensors;
}

/**
 * Of the blob that was sent. `origin` is the shared adapter as the round's steps began; a control variate behind the update is left out.
 * @throws {RangeError | DuetError} on bytes that are not of this form.
 */
export function sentUpdate(form: UploadForm, blob: Uint8Array, origin: NamedTensors, merged: NamedTensors | null): SentUpdate {
  const travelled = sentFrom(form, decodeUpload(form, blob), origin);
  const [sent] = splitRanks(travelled, form.layout[0]?.shape[0] ?? 0);
  const isChange = form.upload.form === "difference";
  const after = withPart(origin, isChange ? linearCombination([1, -1], [likewise(origin, sent), sent]) : sent);
  return { before: withMerged(origin, merged), after: withMerged(after, merged) };
}

/** Those of `tensors` that `some` has. */
const likewise = (tensors: NamedTensors, some: NamedTensors): NamedTensors =>
  new Map([...tensors].filter(([key]) => some.has(key)));
