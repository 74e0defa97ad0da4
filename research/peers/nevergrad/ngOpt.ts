/** nevergrad's NGOpt, asked from here: it proposes weights and is told their objective. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import { ended, startPython } from "../pythonPeer.ts";

export interface NgOptRun {
  readonly python: string;
  readonly budget: number;
  readonly bound: number;
  readonly seed: number;
}

/** What it recommends after `budget` evaluations. @throws {Error} when the process fails or says something else. */
export async function ngOpt(
  { python, budget, bound, seed }: NgOptRun,
  objective: (weights: FusionWeights) => Promise<number>,
): Promise<FusionWeights> {
  const script = fileURLToPath(new URL("search.py", import.meta.url));
  const child = startPython(python, [script, `${budget}`, `${bound}`, `${seed}`]);
  if (!child.stdout || !child.stdin) throw new Error("unreachable: both are pipes");
  let found: FusionWeights | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, personal, shared] = line.split(" ");
    const weights = { personal: Number(personal), shared: Number(shared) };
    if (word === "found") found = weights;
    else child.stdin.write(`${await objective(weights)}\n`);
  }
  await ended(child);
  if (!found) throw new Error("NGOpt recommended nothing");
  return found;
}
