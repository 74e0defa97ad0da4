/** The command line of a comparison: its own options, and behind `--` those of `npm run experiment`, which say what is trained. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { type ExperimentOptions, parseOptions } from "../experiment/options.ts";
import type { RunSettings } from "../experiment/runs.ts";
import { wantedRuns } from "../experiment/wantedRuns.ts";

export interface PeerOptions<Name extends string> {
  readonly own: Readonly<Record<Name, string>>;
  readonly experiment: ExperimentOptions;
  readonly runs: readonly RunSettings[];
}

/** `defaults` are the comparison's own options; `fixed` are options of the experiment that the user's outweigh. @throws {Error} on a wrong one. */
export function peerOptions<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
  fixed: readonly string[],
): PeerOptions<Name> {
  const names = Object.keys(defaults).map((name) => [name, { type: "string" as const }] as const);
  const { values, positionals } = parseCommandLine({ allowPositionals: true, options: Object.fromEntries(names) });
  const experiment = parseOptions([...fixed, ...positionals]);
  if (experiment === "help")
    throw new Error(`Own options: --${Object.keys(defaults).join(", --")}; behind -- those of npm run experiment`);
  return { own: { ...defaults, ...values }, experiment, runs: wantedRuns(experiment) };
}
