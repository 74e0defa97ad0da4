/** One contest on the current TF.js backend: ours, stock TF.js, jax-js, one after the other, never two in memory at once. */
import type { BackendName } from "@duet/lora-core/protocol/metrics";
import type { Contest, JaxEntry } from "./contests.ts";
import { measureJaxForward, measureJaxSteps, startJax } from "./jaxSteps.ts";
import type { Measured } from "./measureSteps.ts";

export type PeerName = "stockTfjs" | "jaxjs" | "torch";

/** Why PyTorch has no figures for a contest that ran. */
export const TORCH_SIZES = "PyTorch runs full sizes only, not those of a GPU in software";

export interface Outcome {
  readonly name: string;
  readonly backend: string;
  readonly ours: Measured & { readonly gflops: number };
  /** Null where a peer does not start here; `skipped` says why. */
  readonly peers: Readonly<Record<PeerName, Measured | null>>;
  readonly skipped: Readonly<Partial<Record<PeerName, string>>>;
  /** How many times faster ours is. */
  readonly ratio: Readonly<Record<PeerName, number | null>>;
  /** Peak memory of ours over that of stock TF.js. */
  readonly peakRatio: number | null;
  /** Largest difference between ours and any peer's answer at the same step: of losses in nats, or of tokens. 0 without peers. */
  readonly difference: number;
}

export interface RunOptions {
  readonly backend: BackendName;
  /** PyTorch's steps, measured by whoever calls, in Node; or why there are none. */
  readonly torch: Measured | string;
  /** Called with what is about to run. */
  readonly note: (text: string) => void;
}

export async function runContest(contest: Contest, { backend, torch, note }: RunOptions): Promise<Outcome> {
  note(`${contest.name}: ours`);
  const ours = await contest.ours();
  const skipped: Partial<Record<PeerName, string>> = {};
  const attempt = async (name: PeerName, run: (() => Promise<Measured>) | string): Promise<Measured | null> => {
    try {
      if (typeof run === "string") throw new Error(run);
      note(`${contest.name}: ${name}`);
      return await run();
    } catch (error) {
      skipped[name] = error instanceof Error ? error.message : String(error);
      return null;
    }
  };
  const peers = {
    stockTfjs: await attempt("stockTfjs", contest.stock),
    jaxjs: await attempt("jaxjs", jaxRun(contest, backend)),
    torch: await attempt("torch", typeof torch === "string" ? torch : async () => torch),
  };
  const ratio = (peer: Measured | null) => (peer ? peer.msPerStep / ours.msPerStep : null);
  const stockPeak = peers.stockTfjs?.peakBytes;
  return {
    name: contest.name,
    backend,
    ours: { ...ours, gflops: contest.flops / (1e6 * ours.msPerStep) },
    peers,
    skipped,
    ratio: { stockTfjs: ratio(peers.stockTfjs), jaxjs: ratio(peers.jaxjs), torch: ratio(peers.torch) },
    peakRatio: stockPeak && ours.peakBytes ? ours.peakBytes / stockPeak : null,
    difference: Math.max(0, ...Object.values(peers).flatMap((peer) => (peer ? [largestDifference(ours, peer)] : []))),
  };
}

function jaxRun({ jax }: Contest, backend: BackendName): (() => Promise<Measured>) | string {
  if (typeof jax === "string") return jax;
  if (backend === "cpu") return "jax-js' cpu backend is for debugging only";
  return async () => {
    if (!(await startJax(backend))) throw new Error(`jax-js has no ${backend} here`);
    const { model, subject, trains }: JaxEntry = await jax();
    return trains ? measureJaxSteps(model, subject) : measureJaxForward(model, subject);
  };
}

function largestDifference(a: Measured, b: Measured): number {
  return Math.max(...a.answers.map((answer, step) => Math.abs(answer - (b.answers[step] ?? Number.NaN))));
}
