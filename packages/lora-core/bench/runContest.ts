/** One contest on the current TF.js backend: ours, stock TF.js, jax-js, one after the other, never two in memory at once. */
import type { BackendName } from "../src/protocol/metrics.ts";
import type { Contest, Contestant } from "./contests.ts";
import { measureJaxSteps, startJax } from "./jaxSteps.ts";
import { type Measured, measureSteps } from "./measureSteps.ts";

export type PeerName = "stockTfjs" | "jaxjs" | "torch";

export interface Outcome {
  readonly name: string;
  readonly backend: string;
  readonly ours: Measured & { readonly gflops: number };
  /** Null where a peer does not start here; `skipped` says why. */
  readonly peers: Readonly<Record<PeerName, Measured | null>>;
  readonly skipped: Readonly<Partial<Record<PeerName, string>>>;
  /** How many times faster a step of ours is. */
  readonly ratio: Readonly<Record<PeerName, number | null>>;
  /** Peak memory of ours over that of stock TF.js. */
  readonly peakRatio: number | null;
  /** Largest difference of the losses of any two contestants at the same step, nats. */
  readonly lossDifference: number;
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
  const ours = await measured(contest, await contest.ours());
  const skipped: Partial<Record<PeerName, string>> = {};
  const attempt = async (name: PeerName, run: () => Promise<Measured>): Promise<Measured | null> => {
    try {
      note(`${contest.name}: ${name}`);
      return await run();
    } catch (error) {
      skipped[name] = error instanceof Error ? error.message : String(error);
      return null;
    }
  };
  const peers = {
    stockTfjs: await attempt("stockTfjs", async () => measured(contest, await contest.stock())),
    jaxjs: await attempt("jaxjs", () => jaxSteps(contest, backend)),
    torch: await attempt("torch", async () => {
      if (typeof torch === "string") throw new Error(torch);
      return torch;
    }),
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
    lossDifference: Math.max(...Object.values(peers).flatMap((peer) => (peer ? [largestDifference(ours, peer)] : []))),
  };
}

async function measured(contest: Contest, contestant: Contestant): Promise<Measured> {
  try {
    return await measureSteps(contestant.loss, contest);
  } finally {
    contestant.dispose();
  }
}

async function jaxSteps(contest: Contest, backend: BackendName): Promise<Measured> {
  if (backend === "cpu") throw new Error("jax-js' cpu backend is for debugging only");
  if (!(await startJax(backend))) throw new Error(`jax-js has no ${backend} here`);
  return measureJaxSteps(contest.jax(await contest.arrays()), contest);
}

function largestDifference(a: Measured, b: Measured): number {
  return Math.max(...a.losses.map((loss, step) => Math.abs(loss - (b.losses[step] ?? Number.NaN))));
}
