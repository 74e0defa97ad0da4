/** Works that are no contest: each is measured only when it is asked for, and printed as it comes. */
import { cpus } from "node:os";
import { allowRelaxedSimd } from "@duet/headless/engine/nodeWasm";
import { ensureChromium } from "../../tools/setup/chromium.mjs";
import type { ToldWay } from "./adapterRun.ts";
import type { KindRun } from "./kindsRun.ts";
import type { NanoGptRun } from "./nanoGptRun.ts";
import type { Way } from "./nodesRun.ts";
import type { PrivateStep } from "./privateRun.ts";
import type { RaggedOutcome } from "./raggedRun.ts";
import type { RankSteps } from "./rankRun.ts";
import {
  KINDS_TITLE,
  kindLine,
  NANO_GPT_TITLE,
  NODES_TITLE,
  nanoGptLine,
  PRIVATE_TITLE,
  printRace,
  printRound,
  printStep,
  privateLine,
  RANKS_TITLE,
  raggedLine,
  raggedTitle,
  rankLine,
  TEAM_TITLE,
  TOLD_TITLE,
  teamLine,
  toldLine,
  wayLine,
} from "./report.ts";
import type { RoundProfile } from "./roundRun.ts";
import type { StepProfile } from "./stepProfile.ts";
import type { RaceOutcome } from "./stepRace.ts";
import type { TeamRun } from "./teamRun.ts";

/** What some of them want to know. */
export interface OwnWorkOptions {
  /** Of PyTorch's side. */
  readonly python: string;
  readonly threads: number;
  /** Folder of the public data sets. */
  readonly data: string;
  /** Another checkout, whose steps are taken in turns with ours. */
  readonly against: string | undefined;
  readonly browsers: readonly ("wasm" | "webgpu")[];
}

/** By the name of the work; what it gives is a part of the report. */
export const OWN_WORKS: Readonly<Record<string, (options: OwnWorkOptions) => Promise<object>>> = {
  /** Where the time of our own rounds goes. In this process. */
  round: async () => ({ rounds: await profiledRounds() }),
  /** Where the time of a step goes, and its race against another checkout. In processes of Node. */
  step: async ({ against }) => ({
    steps: await profiledSteps(),
    ...(against === undefined ? {} : { races: await racedSteps(against) }),
  }),
  /** Training on real rows beside peft. In this process. */
  ragged: async (options) => ({ ragged: await trainedOnRows(options) }),
  /** A step with differential privacy of rows, by three ways to clip each row. In this process. */
  private: async () => ({ privateSteps: await measuredPrivateSteps() }),
  /** What a step takes by the rank of its adapter. In this process. */
  ranks: async () => ({ ranks: await measuredRanks() }),
  /** GenAI NanoGPT beside ours alone, in a browser. */
  nanogpt: async ({ browsers }) => ({ nanoGpt: await measuredNanoGpt(browsers) }),
  /** Teams of programs, by their size. In processes of Node, minutes. */
  team: async () => ({ teams: await measuredTeams() }),
  /** A tab, a program in Node and one in Python. Minutes. */
  kinds: async () => ({ kinds: await measuredKinds() }),
  /** What a message costs on two nodes. Needs PostgreSQL and HAProxy. */
  nodes: async () => ({ nodes: await measuredNodes() }),
  /** What an event costs that sockets on two nodes are told of. Needs PostgreSQL, HAProxy, and Redis for one of its ways. */
  adapters: async () => ({ adapters: await measuredAdapters() }),
};

/** With one kernel thread, as in a study whose runs take all cores, and with all. */
async function profiledRounds(): Promise<readonly RoundProfile[]> {
  const { measureRounds } = await import("./roundRun.ts");
  const profiles: RoundProfile[] = [];
  for (const threads of new Set([1, cpus().length])) {
    for await (const profile of measureRounds(threads)) {
      printRound(profile);
      profiles.push(profile);
    }
  }
  return profiles;
}

async function profiledSteps(): Promise<readonly StepProfile[]> {
  const { profileSteps } = await import("./stepProfile.ts");
  const profiles: StepProfile[] = [];
  for await (const profile of profileSteps()) {
    printStep(profile);
    profiles.push(profile);
  }
  return profiles;
}

/** With one kernel thread and with all. */
async function racedSteps(other: string): Promise<readonly RaceOutcome[]> {
  const { raceSteps } = await import("./stepRace.ts");
  const outcomes: RaceOutcome[] = [];
  for await (const outcome of raceSteps(other, [...new Set([1, cpus().length])])) {
    printRace(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** All that is measured, each told as it comes. */
async function told<Run>(title: string, runs: AsyncIterable<Run>, line: (run: Run) => string): Promise<readonly Run[]> {
  const all: Run[] = [];
  console.log(title);
  for await (const run of runs) {
    console.log(line(run));
    all.push(run);
  }
  return all;
}

/** With all-MiniLM-L6-v2 too where DUET_MINILM says where it is (docs/models.md). */
async function trainedOnRows({ python, data, threads }: OwnWorkOptions): Promise<readonly RaggedOutcome[]> {
  const options = { python, data, threads, minilm: process.env.DUET_MINILM ?? null };
  return told(raggedTitle(threads), (await import("./raggedRun.ts")).measureRagged(options), raggedLine);
}

async function measuredNanoGpt(browsers: OwnWorkOptions["browsers"]): Promise<readonly NanoGptRun[]> {
  await ensureChromium();
  return told(NANO_GPT_TITLE, (await import("./nanoGptRun.ts")).measureNanoGpt(browsers), nanoGptLine);
}

async function measuredNodes(): Promise<readonly Way[]> {
  const ways = await (await import("./nodesRun.ts")).measureNodes();
  console.log(NODES_TITLE);
  for (const way of ways) console.log(wayLine(way));
  console.log("");
  return ways;
}

async function measuredAdapters(): Promise<readonly ToldWay[]> {
  const ways = await (await import("./adapterRun.ts")).measureAdapters();
  console.log(TOLD_TITLE);
  for (const way of ways) console.log(toldLine(way));
  if (!ways.some(({ name }) => name.startsWith("Redis"))) {
    console.log("  Redis is left out: there is no redis-server here (Debian's package of that name)");
  }
  console.log("");
  return ways;
}

async function measuredRanks(): Promise<readonly RankSteps[]> {
  const all = await told(RANKS_TITLE, (await import("./rankRun.ts")).measureRanks(1), rankLine);
  console.log("");
  return all;
}

async function measuredPrivateSteps(): Promise<readonly PrivateStep[]> {
  allowRelaxedSimd();
  return told(PRIVATE_TITLE, (await import("./privateRun.ts")).measurePrivateSteps(1), privateLine);
}

async function measuredTeams(): Promise<readonly TeamRun[]> {
  const runs = await (await import("./teamRun.ts")).measureTeams();
  console.log(TEAM_TITLE);
  for (const run of runs) console.log(teamLine(run));
  return runs;
}

async function measuredKinds(): Promise<readonly KindRun[]> {
  process.env.DUET_CHROMIUM = await ensureChromium();
  const runs: KindRun[] = [];
  for await (const run of (await import("./kindsRun.ts")).measureKinds()) runs.push(run);
  console.log(KINDS_TITLE);
  for (const run of runs) console.log(kindLine(run));
  return runs;
}
