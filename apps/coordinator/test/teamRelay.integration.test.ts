/** Several sockets that are one client together: what they may send each other, and what nobody else gets. */
import { MAX_TEAM_FRAME_BYTES, MAX_TEAM_MEMBERS } from "@duet/lora-core/protocol/limits";
import { teamFrameEvent, teamPresentEvent } from "@duet/lora-core/protocol/messages";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, joinAs } from "./support/federations.ts";
import { codeOfRefusal, connectClient, type TestClient } from "./support/testClient.ts";

const ROOM = "r".repeat(43);
const member = (name: string): string => name.padEnd(22, "-");

interface Arrived {
  readonly from: string;
  readonly frame: Uint8Array;
}
/** What arrives at a socket as a member of a team. */
function listening({ socket }: TestClient) {
  const heard = { frames: [] as Arrived[], present: [] as (readonly [string, number][])[] };
  socket.on(teamFrameEvent, ({ from, frame }: Arrived, acknowledge: () => void) => {
    heard.frames.push({ from, frame: new Uint8Array(frame) });
    acknowledge();
  });
  socket.on(teamPresentEvent, ({ present }: { present: { member: string; seat: number }[] }) =>
    heard.present.push(present.map(({ member: name, seat }) => [name, seat])),
  );
  return heard;
}

async function startTeam() {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url);
  const { federationId } = created;
  const { client: leader } = await joinAs(coordinator, created, "team");
  const enter = (client: TestClient, name: string, room = ROOM) =>
    client.call("team:enter", { federationId, room, member: member(name) });
  return { coordinator, created, leader, enter, federationId };
}

const frame = (bytes: number) => new Uint8Array(new ArrayBuffer(bytes)).fill(7);

test("a client opens the room; who has its name enters, and a frame comes to whom it is for before it is acknowledged", async () => {
  const { coordinator, created, leader, enter } = await startTeam();
  const [one, two] = [await connectClient(coordinator.url), await connectClient(coordinator.url)];
  const heard = [leader, one, two].map(listening);
  // Nobody is there yet, and who is no client of the federation opens nothing.
  await expect(enter(one, "one")).rejects.toThrow("NOT_FOUND: No team is there under this link");
  await enter(leader, "leader");
  expect(heard[0]?.present).toEqual([[[member("leader"), 1]]]);
  await expect(enter(one, "one", "s".repeat(43))).rejects.toThrow("NOT_FOUND");
  await enter(one, "one");
  expect(heard[1]?.present.at(-1)?.map(([, seat]) => seat)).toEqual([1, 2]);
  await enter(two, "two");
  await one.call("team:send", { to: null, frame: frame(MAX_TEAM_FRAME_BYTES) });
  await one.call("team:send", { to: member("leader"), frame: frame(1) });
  await one.call("team:send", { to: member("nobody"), frame: frame(1) });
  expect(heard.map(({ frames }) => frames.map(({ from, frame: { length } }) => [from, length]))).toEqual([
    [
      [member("one"), MAX_TEAM_FRAME_BYTES],
      [member("one"), 1],
    ],
    [],
    [[member("one"), MAX_TEAM_FRAME_BYTES]],
  ]);
  const figures = await (await fetch(`${coordinator.url}/metrics`)).text();
  const counted = (direction: string) =>
    new RegExp(`^duet_team_bytes_total\\{direction="${direction}"\\} (\\d+)$`, "m").exec(figures)?.[1];
  expect([counted("up"), counted("down")]).toEqual([MAX_TEAM_FRAME_BYTES + 2, 2 * MAX_TEAM_FRAME_BYTES + 1].map(String));
  // It is one client, however many they are.
  expect((await leader.watch(created.federationId, created.watchToken)).clients).toHaveLength(1);
  // The seat stays whose it is; the room goes with its last member.
  one.socket.disconnect();
  const there = () => heard[2]?.present.at(-1)?.map(([name]) => name);
  await expect.poll(there).toEqual([member("leader"), member("two")]);
  const again = await connectClient(coordinator.url);
  await enter(again, "one");
  await expect.poll(() => heard[2]?.present.at(-1)?.[1]).toEqual([member("one"), 2]);
  leader.socket.disconnect();
  await expect.poll(there).toEqual([member("one"), member("two")]);
});

test("another client, a frame that is too large, too many members: each is refused, and the team goes on", async () => {
  const { coordinator, created, leader, enter } = await startTeam();
  const stranger = await joinAs(coordinator, created, "stranger");
  expect(await codeOfRefusal(leader.call("team:send", { to: null, frame: frame(1) }))).toBe("NOT_JOINED");
  await enter(leader, "leader");
  await expect(enter(stranger.client, "stranger")).rejects.toThrow("FORBIDDEN: This team is another client");
  // Of its own it may have one.
  await enter(stranger.client, "stranger", "s".repeat(43));
  expect(await codeOfRefusal(leader.call("team:send", { to: null, frame: frame(MAX_TEAM_FRAME_BYTES + 1) }))).toBe(
    "INVALID_PAYLOAD",
  );
  expect(await leader.codeOf("team:send", { to: null, frame: "text" })).toBe("INVALID_PAYLOAD");
  expect(await leader.codeOf("team:send", { to: "x", frame: frame(1) })).toBe("INVALID_PAYLOAD");
  expect(await leader.codeOf("team:enter", { federationId: created.federationId, room: "short", member: member("a") })).toBe(
    "INVALID_PAYLOAD",
  );
  const early = await connectClient(coordinator.url, { greet: false });
  expect(await early.codeOf("team:send", { to: null, frame: frame(1) })).toBe("FORBIDDEN");
  const others = await Promise.all(Array.from({ length: MAX_TEAM_MEMBERS - 1 }, () => connectClient(coordinator.url)));
  for (const [index, client] of others.entries()) await enter(client, `member-${index}`);
  await expect(enter(await connectClient(coordinator.url), "one-more")).rejects.toThrow("FEDERATION_FULL");
  const heard = listening(others[0] as TestClient);
  for (const { socket } of others.slice(1)) socket.disconnect();
  await leader.call("team:send", { to: null, frame: frame(3) });
  expect(heard.frames).toHaveLength(1);
});

test("a member that goes while a frame is on its way to it holds up nobody", async () => {
  const { coordinator, leader, enter } = await startTeam();
  const deaf = await connectClient(coordinator.url);
  await enter(leader, "leader");
  await enter(deaf, "deaf");
  // It never says that it has it, and then goes.
  const sent = leader.call("team:send", { to: null, frame: frame(1) });
  deaf.socket.disconnect();
  await sent;
});
