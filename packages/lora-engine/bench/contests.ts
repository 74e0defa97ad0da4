/** What is measured: a kind of work by ours, and by every peer that can do the same. */
import type { JaxModel } from "./jaxSteps.ts";
import { type Measured, measureSteps, stockAdam, type Timing } from "./measureSteps.ts";
import type { BatchArrays, Subject } from "./subjects.ts";
import { measureForward, measureScoring, measureSearch, SEARCH_EVALUATIONS } from "./works.ts";

/** A peer's side; or why it has none, one sentence. */
type Entry<T> = T | string;

export interface Contest extends Timing {
  readonly name: string;
  readonly model: string;
  /** Multiplications and additions of one step. */
  readonly flops: number;
  /** Both on the current TF.js backend, one after the other, so that only one model is in memory at a time. */
  readonly ours: () => Promise<Measured>;
  readonly stock: Entry<() => Promise<Measured>>;
  readonly jax: Entry<() => Promise<JaxEntry>>;
  readonly torch: Entry<() => Promise<TorchEntry>>;
}

export interface JaxEntry {
  readonly model: JaxModel;
  readonly subject: Subject;
  readonly trains: boolean;
}

/** What PyTorch is asked to do; see torch_peer.py. */
export type TorchEntry = { readonly adapter: Subject["adapter"] } & (
  | { readonly work: "lora-step" | "evaluation"; readonly arrays: BatchArrays }
  | { readonly work: "generation"; readonly prompt: readonly number[]; readonly newTokens: number }
);

/** Forward, backward and AdamW. */
export function loraStep(subject: Subject): Contest {
  return {
    ...subject,
    name: `lora-step/${subject.name}`,
    flops: subject.flops.step,
    ours: () => using(subject.ours, ({ loss }) => measureSteps(loss, subject)),
    stock: () => using(subject.stock, ({ loss }) => measureSteps(loss, subject, stockAdam)),
    ...outside(subject, "lora-step"),
  };
}

/** A batch scored: loss of every row, and in a label task the label. */
export function evaluation(subject: Subject): Contest {
  return {
    ...subject,
    name: `evaluation/${subject.name}`,
    flops: subject.flops.forward,
    ours: () => using(subject.ours, ({ task }) => measureScoring(task, subject)),
    stock: () => using(subject.stock, ({ loss }) => measureForward(loss, subject)),
    ...outside(subject, "evaluation"),
  };
}

/** The search for two fusion weights on the batch. */
export function fusionSearch(subject: Subject): Contest {
  const none = "Nobody else has this search; its forward passes are those of the evaluation.";
  const searched = { ...subject, tokens: SEARCH_EVALUATIONS * subject.tokens };
  return {
    ...searched,
    name: `fusion-search/${subject.name}`,
    flops: SEARCH_EVALUATIONS * subject.flops.forward,
    ours: () => using(subject.ours, ({ task }) => measureSearch(task, searched)),
    stock: none,
    jax: none,
    torch: none,
  };
}

/** The peers that are not in TF.js. */
function outside(subject: Subject, work: "lora-step" | "evaluation"): Pick<Contest, "jax" | "torch"> {
  return {
    jax: async () => ({ model: subject.jax(await subject.arrays()), subject, trains: work === "lora-step" }),
    torch: async () => ({ work, adapter: subject.adapter, arrays: await subject.arrays() }),
  };
}

/** Disposes what was made, also when its use fails. */
export async function using<T extends { dispose(): void }, R>(make: () => Promise<T>, use: (made: T) => Promise<R>): Promise<R> {
  const made = await make();
  try {
    return await use(made);
  } finally {
    made.dispose();
  }
}
