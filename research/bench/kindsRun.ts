/**
 * How fast each kind of client trains on this machine: the same rows and steps, one client of one kind at a time, in a federation of its own by
 * `npm run demo`'s way. The one in Python where it is installed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "@duet/lora-core/robustness/median";
import { type DemoOptions, parseOptions } from "../../tools/demo/options.ts";
import { hasPython, type ProgramKind } from "../../tools/demo/programs.ts";
import { runDemo } from "../../tools/demo/runDemo.ts";

const BASES = ["use-lite", "duet-tiny"];
const REPEATS = 3;
const STEPS = 40;

type Kind = "tab" | ProgramKind;

export interface KindRun {
  readonly base: string;
  readonly kind: Kind;
  /** Medians. */
  readonly tokensPerSecond: number;
  /** Tokens of the rows, the same for all kinds. */
  readonly tokens: number;
}

/** The kinds in turns, so that what else the machine does slows no single one down. */
export async function* measureKinds(): AsyncIterable<KindRun> {
  const kinds: readonly Kind[] = hasPython() ? ["tab", "node", "python", "cluster"] : ["tab", "node"];
  for (const base of BASES) {
    const found = kinds.map((): { readonly pace: number; readonly tokens: number }[] => []);
    for (let repeat = 0; repeat < REPEATS; repeat++)
      for (const [index, kind] of kinds.entries()) found[index]?.push(await measureKind(base, kind));
    for (const [index, kind] of kinds.entries()) {
      const runs = found[index] ?? [];
      const tokensPerSecond = median(Float64Array.from(runs, ({ pace }) => pace));
      yield { base, kind, tokensPerSecond, tokens: runs[0]?.tokens ?? 0 };
    }
  }
}

async function measureKind(base: string, kind: Kind): Promise<{ readonly pace: number; readonly tokens: number }> {
  const screenshots = mkdtempSync(join(tmpdir(), "duet-kinds-"));
  const size = ["--method", "fedavg", "--rounds", "1", "--inner-steps", String(STEPS), "--max-rows", "200"];
  const flags = ["--clients", kind, "--model", `models/${base}`, "--backend", "wasm", "--screenshots", screenshots, ...size];
  try {
    const { clients } = await runDemo(parseOptions(flags) as DemoOptions);
    const [client] = clients;
    if (!client) throw new Error(`There was no ${kind}`);
    return { pace: client.trainTokens / client.secondsTraining, tokens: client.trainTokens };
  } finally {
    rmSync(screenshots, { recursive: true, force: true });
  }
}
