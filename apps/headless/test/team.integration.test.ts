import { join } from "node:path";
import { deviceKind } from "@duet/lora-core/protocol/deviceKind";
import { expect, test } from "vitest";
import { type HeadlessProgram, startHeadless } from "./support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

/** A program on the rows of that file, from a link of the federation or of a team. */
function joining({ files, folder }: SmallFederation, index: number, link: string, more: readonly string[] = []) {
  const own = ["--state", join(folder, `state-${index}`), "--out", join(folder, `out-${index}`), "--name", `node ${index}`];
  return startHeadless([
    ...["join", link, "--data", files[index] ?? "", "--input", "text", "--label", "level", "--threads", "1"],
    ...[...own, "--json", ...more],
  ]);
}

const named = (program: HeadlessProgram, name: string) => program.events().filter(({ event }) => event === name);

async function linkOf(program: HeadlessProgram): Promise<string> {
  await expect.poll(() => named(program, "team").length, { timeout: 30_000 }).toBe(1);
  return String(named(program, "team")[0]?.link);
}

const saidBy = (programs: readonly HeadlessProgram[]) => programs.map(({ said }) => said.out + said.err).join("\n\n");

test("two programs are one client beside a third, and both end with the team's adapters", async () => {
  const federation = await smallFederation({ minClients: 2 }, { clients: 3 });
  const { organiser, federationId, watchToken, invite } = federation;
  const leader = joining(federation, 0, invite, ["--team", "--tell-size"]);
  const member = joining(federation, 1, await linkOf(leader));
  await expect.poll(() => named(member, "members").length, { timeout: 60_000 }).toBeGreaterThan(0);
  const other = joining(federation, 2, invite);
  const programs = [leader, member, other];
  expect(await Promise.all(programs.map(({ ended }) => ended)), saidBy(programs)).toEqual([0, 0, 0]);
  const { clients, phase } = await organiser.watch(federationId, watchToken);
  expect(phase).toBe("finished");
  const of = (name: string) => clients.find((client) => client.name === name);
  expect(clients).toHaveLength(2);
  expect(deviceKind(of("node 0")?.device ?? null)).toBe("cluster");
  expect(of("node 0")?.device?.description).toMatch(/^Cluster of 2: Node\.js/);
  expect(of("node 0")?.samples.train).toBe(2 * (of("node 2")?.samples.train ?? 0));
  expect(named(member, "training").length).toBeGreaterThan(0);
});

/** Steps of the training in which members come and go: more than any of them takes in that time. */
const LONG = 160;
const stepOf = (program: HeadlessProgram): number => {
  const steps = named(program, "status").map(({ progress, step }) =>
    Number((progress as { step?: number } | null)?.step ?? step ?? 0),
  );
  return Math.max(0, ...steps);
};

test("one is killed, one comes, and the leader is killed in the middle of a round, which ends with what they had done", async () => {
  const federation = await smallFederation({ minClients: 1, innerSteps: LONG }, { clients: 3 });
  const { organiser, federationId, watchToken, invite } = federation;
  const leader = joining(federation, 0, invite, ["--team", "--average-every", "5"]);
  const link = await linkOf(leader);
  const first = joining(federation, 1, link);
  const trains = (program: HeadlessProgram) => expect.poll(() => named(program, "training").length, { timeout: 60_000 }).toBe(1);
  await trains(first);
  first.child.kill("SIGKILL");
  const second = joining(federation, 2, link);
  await trains(second);
  // It came in the middle: with the state, not from the beginning.
  expect(named(second, "training")[0]?.from).toBe(true);
  const clientId = String(named(leader, "joined")[0]?.clientId);
  leader.child.kill("SIGKILL");
  expect(await second.ended, saidBy([leader, second])).toBe(0);
  expect(named(second, "leads")).toHaveLength(1);
  const { clients, phase } = await organiser.watch(federationId, watchToken);
  expect(phase).toBe("finished");
  expect(clients.map(({ id, name }) => [id, name])).toEqual([[clientId, "node 0"]]);
  expect(clients[0]?.device?.description).toMatch(/^Cluster of several: Node\.js/);
  // The training was gone on with, not begun anew: it is the only one of its length, and nobody took it twice.
  expect(named(second, "training")).toHaveLength(1);
  expect(stepOf(leader)).toBeLessThan(LONG);
});
