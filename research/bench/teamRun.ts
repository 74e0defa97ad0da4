/**
 * What a team of programs trains on this machine, each a process with one kernel thread: tokens a second of all members, and what each of them sends
 * and gets for a step, by the number of members and by the steps between two averagings. A coordinator in this process relays it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { median } from "@duet/lora-core/robustness/median";
import { openSmallFederation, type SmallFederation } from "../../apps/headless/test/support/openSmallFederation.ts";

/** Of the one training that is measured. */
const STEPS = 64;
const REPEATS = 3;
/** One device with both cores is what a team of processes with one each stands beside. */
const TEAMS: readonly TeamShape[] = [
  { members: 1, threads: 1, every: 1 },
  { members: 1, threads: 2, every: 1 },
  ...[2, 4].flatMap((members) => [1, 4, 16, 64].map((every) => ({ members, threads: 1, every }))),
];

interface TeamShape {
  readonly members: number;
  /** Kernel threads of each. */
  readonly threads: number;
  /** Steps between two averagings. */
  readonly every: number;
}

export interface TeamRun extends TeamShape {
  /** Of all members; medians. */
  readonly tokensPerSecond: number;
  /** Sent and got by a member, in the mean, by step; the training's beginning and the round's end are in it. */
  readonly bytesPerStep: number;
}

/** All of them in turns, so that what else the machine does slows no single one down. */
export async function measureTeams(): Promise<readonly TeamRun[]> {
  const found = TEAMS.map((): { readonly pace: number; readonly bytes: number }[] => []);
  for (let repeat = 0; repeat < REPEATS; repeat++)
    for (const [index, shape] of TEAMS.entries()) found[index]?.push(await measureTeam(shape));
  return TEAMS.map((shape, index) => ({
    ...shape,
    tokensPerSecond: median(Float64Array.from(found[index] ?? [], ({ pace }) => pace)),
    bytesPerStep: median(Float64Array.from(found[index] ?? [], ({ bytes }) => bytes)),
  }));
}

async function measureTeam({ members, threads, every }: TeamShape) {
  const folder = mkdtempSync(join(tmpdir(), "duet-team-"));
  const programs: ChildProcess[] = [];
  // Nothing begins before all are there: the federation waits for a client that never comes.
  const choices = { method: "fedavg", minClients: 2, rounds: 1, innerSteps: STEPS };
  const { federation, close } = await openSmallFederation(folder, choices, { clients: members });
  const start = (index: number, link: string, more: readonly string[] = []) => {
    const program = startMember(federation, index, threads, link, more);
    programs.push(program.child);
    return program;
  };
  try {
    const { invite, organiser, federationId, organise, watchToken } = federation;
    const leader = start(0, invite, members > 1 ? ["--team", "--average-every", String(every)] : []);
    const all = [leader];
    if (members > 1) {
      const { link } = await leader.heard((event) => event.event === "team");
      for (let index = 1; index < members; index++) all.push(start(index, String(link)));
      await leader.heard(({ event, members: mates }) => event === "members" && Array.isArray(mates) && mates.length === members);
    } else await leader.heard(({ event }) => event === "status");
    const waiting = () => organiser.watch(federationId, watchToken).then(({ clients }) => clients.length === 1);
    while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 200));
    const before = await relayedBytes(federation.url);
    const organiserKey = organise.split("#")[1] ?? "";
    await organiser.request("federation:control", { federationId, organiserKey, action: { kind: "start" } });
    const codes = await Promise.all(all.map(({ ended }) => ended));
    if (codes.some((code) => code !== 0)) throw new Error(`A member ended with ${codes.join(", ")}`);
    const bytes = ((await relayedBytes(federation.url)) - before) / members / STEPS;
    const [client] = (await organiser.watch(federationId, watchToken)).clients;
    const [first] = client?.history ?? [];
    if (!first) throw new Error("The client has told nothing of its rounds");
    const { trainTokens, trainSeconds } = first.metrics;
    return { pace: trainTokens / trainSeconds, bytes };
  } finally {
    for (const child of programs) child.kill("SIGKILL");
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Event = Readonly<Record<string, unknown>>;

function startMember({ files, folder }: SmallFederation, index: number, threads: number, link: string, more: readonly string[]) {
  const rows = ["--data", files[index] ?? "", "--input", "text", "--label", "level"];
  const own = ["--state", join(folder, `state-${index}`), "--out", join(folder, `out-${index}`), "--name", `member ${index}`];
  const flags = [...rows, ...own, "--threads", String(threads), "--json", ...more];
  const program = ["--import", "tsx", "apps/headless/src/main.ts", "join", link, ...flags];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
  const events: Event[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as Event);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  /** The first event that is wanted. @throws {Error} where it ends without. */
  const heard = (isWanted: (event: Event) => boolean) =>
    new Promise<Event>((resolve, reject) => {
      const look = () => {
        const found = events.find(isWanted);
        if (found) resolve(found);
      };
      listeners.add(look);
      look();
      void ended.then((code) => reject(new Error(`Member ${index} ended with ${code}: ${JSON.stringify(events.at(-1))}`)));
    });
  return { child, ended, heard };
}

/** Of all teams of this coordinator, up and down. */
async function relayedBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^duet_team_bytes_total\{.*\} (\d+)$/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
