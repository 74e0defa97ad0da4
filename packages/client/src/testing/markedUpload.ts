/** Uploads from which can be read what they were made of: every adapter that a client holds is filled with a value of its own. */
import { type AdapterLayout, adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { uploaded } from "@duet/lora-core/strategies/exchange";
import type { AdapterSlot, Upload } from "@duet/lora-core/strategies/strategy";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";

const MODULES = ["q", "k", "v", "o"];
const RANK = 2;
const layout: AdapterLayout = adapterLayout(
  MODULES.map((name) => ({ name, inFeatures: 3, outFeatures: 5 })),
  { rank: RANK, alpha: 4, dropout: 0, targetModules: MODULES },
);

const filled = (value: number): NamedTensors =>
  new Map(layout.map(({ key, shape }) => [key, { shape, data: new Float32Array(sizeOf(shape)).fill(value) }]));
const HELD = { personal: filled(1), shared: filled(2), control: filled(3), merged: null, residual: null, alone: null };
const RECEIVED = { shared: filled(10), extra: null };

/** By the first value that travels: 10 less what is held where it is a difference. */
const MADE_OF: Readonly<Record<number, Pick<Upload, "slot" | "form">>> = {
  1: { slot: "personal", form: "value" },
  2: { slot: "shared", form: "value" },
  8: { slot: "shared", form: "difference" },
  9: { slot: "personal", form: "difference" },
};

/** What such a plan puts on the wire. */
export const markedUpload = (upload: Upload): NamedTensors => uploaded(upload, RECEIVED, HELD);

/** What somebody says who sees its tensors alone. @throws {RangeError} on what none of the marked adapters gives. */
export function readMarks(wire: NamedTensors): Upload {
  const [first] = wire.values();
  const made = MADE_OF[first?.data[0] ?? Number.NaN];
  if (!made) throw new RangeError(`No adapter was marked with ${first?.data[0]}`);
  const ranks = [...wire].map(([key, { shape }]) => (key.includes("lora_A") ? shape[0] : shape[1]));
  return { ...made, part: partOn([...wire.keys()]), extra: ranks.every((rank) => rank === 2 * RANK) ? "control" : null };
}

/** The slot that the bytes of such an upload begin with. */
export function slotOfBytes(bytes: Uint8Array): AdapterSlot | null {
  return MADE_OF[new Float32Array(bytes.slice(0, 4).buffer)[0] ?? Number.NaN]?.slot ?? null;
}

function partOn(keys: readonly string[]): Upload["part"] {
  const modules = MODULES.filter((name) => keys.some((key) => key.startsWith(`${name}.`)));
  const [hasA, hasB] = ["lora_A", "lora_B"].map((factor) => keys.some((key) => key.includes(factor)));
  if (modules.length === MODULES.length) return hasA && hasB ? "all" : hasA ? "a" : "b";
  return modules.includes("q") ? "body" : "head";
}
