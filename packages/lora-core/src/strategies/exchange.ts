/**
 * What a plan puts on the wire, for both ends and for simulations: which tensors of which rank, and what a client makes of what it
 * received. Pure.
 */

import { type AdapterLayout, layoutOfBytes, layoutOfRank, travelling } from "../adapters/adapterLayout.ts";
import { type AdapterPart, entriesOf } from "../adapters/adapterPart.ts";
import { partOf, rankOf, splitRanks, stackRanks, withPart } from "../adapters/adapterSum.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { AdapterSlot, Receive, Upload } from "./strategy.ts";

/** The adapters a client holds between rounds. */
export type HeldAdapters = Readonly<Record<AdapterSlot, NamedTensors>> & {
  /** Frozen and active in every forward pass, of any rank: what earlier rounds merged into the base. */
  readonly merged: NamedTensors | null;
  /** c_i of SCAFFOLD. */
  readonly control: NamedTensors | null;
  /** What rounding lost of the differences it has sent (strategies/uploadCodec.ts); null before there was any. */
  readonly residual: NamedTensors | null;
  /** What learning alone has come to, for the comparison: never sent, and nothing else is made of it; null where no plan asks for it. */
  readonly alone: NamedTensors | null;
};

/** What the coordinator sends of what a client is to have. */
export function sentDown(adapter: NamedTensors, { part }: Receive): NamedTensors {
  return travellingPart(adapter, part);
}

/** Layout of a received blob. @throws {RangeError} when its length fits no rank. */
export function receivedLayout(layout: AdapterLayout, { part }: Receive, bytes: number): AdapterLayout {
  return layoutOfBytes(travelling(entriesOf(layout, part)), bytes);
}

/** What a client received: its shared adapter, and what came stacked behind it. */
export interface Received {
  readonly shared: NamedTensors;
  readonly extra: NamedTensors | null;
}

/** The client's shared adapter with the received part in its place. @throws {RangeError} when too little or too much came. */
export function received(tensors: NamedTensors, { extra: expected }: Receive, shared: NamedTensors): Received {
  const [own, extra] = splitRanks(tensors, rankOf(shared));
  if (extra && expected === null) throw new RangeError("The received adapter has a higher rank than this federation's");
  return { shared: withPart(shared, own), extra };
}

/** Layout of an uploaded blob. */
export function uploadLayout(layout: AdapterLayout, { part, extra }: Upload): AdapterLayout {
  const rank = layout[0]?.shape[0] ?? 0;
  return layoutOfRank(travelling(entriesOf(layout, part)), extra === null ? rank : 2 * rank);
}

/** What a client sends after its steps. @throws {RangeError} on a difference to nothing, or without the control variate. */
export function uploaded(upload: Upload, start: Received | null, after: HeldAdapters): NamedTensors {
  const part = travellingPart(changeOf(upload, start, after), upload.part);
  if (upload.extra === null) return part;
  if (!after.control) throw new RangeError("This round sends a control variate, but none of its steps made one");
  return stackRanks([part, partOf(after.control, upload.part)]);
}

function changeOf({ slot, form, scale = 1 }: Upload, start: Received | null, after: HeldAdapters): NamedTensors {
  if (form === "value") return after[slot];
  if (!start) throw new RangeError("A difference can only be uploaded in a round that received an adapter");
  return linearCombination([scale, -scale], [start.shared, after[slot]]);
}

/** What of a part may leave its client. */
function travellingPart(adapter: NamedTensors, part: AdapterPart): NamedTensors {
  const entries = [...partOf(adapter, part)].map(([key, tensor]) => ({ key, tensor }));
  return new Map(travelling(entries).map(({ key, tensor }) => [key, tensor]));
}

/** The adapter with what was merged beside it: what a forward pass sees. */
export function withMerged(adapter: NamedTensors, merged: NamedTensors | null): NamedTensors {
  return merged ? stackRanks([adapter, merged]) : adapter;
}
