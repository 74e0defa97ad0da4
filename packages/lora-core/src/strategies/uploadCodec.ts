/**
 * What a client sends, as the blob that travels. Unless values are sent as they are, it is what the client moved, rounded:
 *
 *   difference:  Q(d + e),  and e becomes what was lost, d + e - Q(d + e)        (error feedback: Karimireddy et al. 2019, arXiv 1901.09847)
 *   value:       Q(x - x0), x0 what the coordinator handed out in that place
 *
 * A difference is added to what others have added before, so what was lost of it is still missing, and goes into the next one. A value takes
 * the place of the one before: nothing of that is missing in the next, and nothing is carried over. A control variate that is stacked behind
 * is a value from 0, coded by itself.
 */
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import { type AdapterLayout, layoutBytes, travelling } from "../adapters/adapterLayout.ts";
import { entriesOf } from "../adapters/adapterPart.ts";
import { splitRanks, stackRanks, withPart } from "../adapters/adapterSum.ts";
import { codecFor } from "../compression/codecFor.ts";
import { AS_THEY_ARE, type UploadCoding } from "../compression/uploadCoding.ts";
import type { ValueCodec } from "../compression/valueCodec.ts";
import { linearCombination, zerosLike } from "../tensors/arithmetic.ts";
import { type HostTensor, type NamedTensors, sizeOf } from "../tensors/namedTensors.ts";
import type { Random } from "../tensors/random.ts";
import { uploadLayout } from "./exchange.ts";
import { uploadDifference } from "./plans.ts";
import type { Upload } from "./strategy.ts";

/** What travels in a round, and how it is written. */
export interface UploadForm {
  /** Of the federation's adapter. */
  readonly layout: AdapterLayout;
  readonly upload: Upload;
  readonly coding: UploadCoding;
}

/** An adapter by itself, as it is. */
export const wholeAdapter = (layout: AdapterLayout): UploadForm => ({ layout, upload: uploadDifference, coding: AS_THEY_ARE });

/** What an upload goes on from. */
export interface UploadBasis {
  /** The shared adapter as the round's steps began. */
  readonly origin: NamedTensors;
  /** e, of every tensor of the adapter; null before there was any. */
  readonly residual: NamedTensors | null;
}

export interface EncodedUpload {
  readonly blob: Uint8Array;
  /** e for the next round. */
  readonly residual: NamedTensors | null;
}

/** Bytes of the blob. */
export function uploadBytes(form: UploadForm): number {
  const pieces = piecesOf(form);
  if (pieces === null) return layoutBytes(uploadLayout(form.layout, form.upload));
  return pieces.reduce((sum, codec) => sum + codec.bytes(valuesIn(form)), 0);
}

/** `sent` is what the plan says. @throws {RangeError} on a value that cannot be sent. */
export function encodeUpload(form: UploadForm, sent: NamedTensors, basis: UploadBasis, uniform: Random): EncodedUpload {
  const pieces = piecesOf(form);
  const { origin, residual } = basis;
  if (pieces === null) return { blob: encodeAdapter(sent, uploadLayout(form.layout, form.upload)), residual };
  const [codec, controlCodec] = pieces;
  const [own, control] = splitRanks(sent, rankOf(form));
  const moved = isRelative(form) ? linearCombination([1, -1], [own, likewise(origin, own)]) : own;
  const carries = form.upload.form === "difference";
  const wanted = carries && residual ? linearCombination([1, 1], [moved, likewise(residual, moved)]) : moved;
  const blob = codec.encode(flat(wanted), uniform);
  const behind = control && controlCodec ? [controlCodec.encode(flat(control), uniform)] : [];
  if (!carries) return { blob: joined([blob, ...behind]), residual };
  const lost = linearCombination([1, -1], [wanted, decoded(form, codec, blob)]);
  return { blob: joined([blob, ...behind]), residual: withPart(residual ?? zerosLike(origin), lost) };
}

/** What travelled. @throws {RangeError | DuetError} on bytes that are not of this form. */
export function decodeUpload(form: UploadForm, blob: Uint8Array): NamedTensors {
  const pieces = piecesOf(form);
  if (pieces === null) return decodeAdapter(blob, uploadLayout(form.layout, form.upload));
  const [codec, controlCodec] = pieces;
  if (!controlCodec) return decoded(form, codec, blob);
  const split = codec.bytes(valuesIn(form));
  return stackRanks([decoded(form, codec, blob.subarray(0, split)), decoded(form, controlCodec, blob.subarray(split))]);
}

/** What the client sent, from what travelled; `origin` is what was handed out to it. */
export function sentFrom(form: UploadForm, travelled: NamedTensors, origin: NamedTensors): NamedTensors {
  if (!isRelative(form)) return travelled;
  return linearCombination([1, 1], [likewise(splitRanks(origin, rankOf(form))[0], travelled), travelled]);
}

/** Whether a value travels as what was moved from where it began. */
const isRelative = ({ upload, coding }: UploadForm) => upload.form === "value" && codecFor(coding) !== null;

/** Of the adapter's part, and of a control variate behind it, of which nothing waits for later; null where values are sent as they are. */
function piecesOf({ upload, coding }: UploadForm): readonly [ValueCodec, ...ValueCodec[]] | null {
  const codec = codecFor(coding);
  if (codec === null || upload.extra === null) return codec && [codec];
  return [codec, codecFor({ ...coding, topK: null }) ?? codec];
}

const rankOf = ({ layout }: UploadForm) => layout[0]?.shape[0] ?? 0;

const entriesIn = ({ layout, upload }: UploadForm) => travelling(entriesOf(layout, upload.part));

const valuesIn = (form: UploadForm) => entriesIn(form).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Those of `tensors` that `some` has. */
const likewise = (tensors: NamedTensors, some: NamedTensors): NamedTensors =>
  new Map([...tensors].filter(([key]) => some.has(key)));

function decoded(form: UploadForm, codec: ValueCodec, blob: Uint8Array): NamedTensors {
  const values = codec.decode(blob, valuesIn(form));
  let start = 0;
  return new Map(
    entriesIn(form).map(({ key, shape }): [string, HostTensor] => {
      const data = values.subarray(start, start + sizeOf(shape));
      start += data.length;
      return [key, { shape, data }];
    }),
  );
}

/** All values in the order of the tensors. */
function flat(tensors: NamedTensors): Float32Array {
  const values = new Float32Array([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0));
  let start = 0;
  for (const { data } of tensors.values()) {
    values.set(data, start);
    start += data.length;
  }
  return values;
}

function joined(blobs: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(blobs.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let start = 0;
  for (const blob of blobs) {
    bytes.set(blob, start);
    start += blob.byteLength;
  }
  return bytes;
}
