import { awaitedIn } from "@duet/lora-core/protocol/awaited";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, joinRequest, listed, testMetrics } from "./support/federations.ts";
import { codeOfRefusal, connectClient } from "./support/testClient.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const submission = (round: number, value = 0.1) => ({ round, adapter: constantAdapter(value), metrics: testMetrics() });

async function twoInRoundOne(changes = {}) {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, changes, listed);
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await organiser.until(roundOpen(1), "round 1");
  return { coordinator, organiser, created, anna, bram };
}

test("a client that does not answer in time is left out of the round, told why, and takes part in the next", async () => {
  const { coordinator, organiser, anna, bram } = await twoInRoundOne({ roundDeadlineSeconds: 600 });
  await anna.client.submit(submission(1));
  expect(organiser.latest?.rounds).toHaveLength(1);
  coordinator.clock.advance(600_000);
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.rounds[0]).toMatchObject({ participants: [anna.clientId, bram.clientId], aggregated: [anna.clientId] });
  expect(next.clients[1]).toMatchObject({ status: "present", note: "did not answer in time" });
  expect(next.openRound?.participants).toEqual([anna.clientId, bram.clientId]);
});

test("the round ends when the last outstanding client leaves", async () => {
  const { organiser, anna, bram } = await twoInRoundOne();
  await anna.client.submit(submission(1));
  await bram.client.call("client:leave", {});
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.rounds[0]?.aggregated).toEqual([anna.clientId]);
  expect(next.openRound?.participants).toEqual([anna.clientId]);
  expect(next.clients[1]).toMatchObject({ status: "left", note: "left" });
  expect(await codeOfRefusal(bram.client.submit(submission(2)))).toBe("NOT_JOINED");
});

test("a killed tab holds the round for the grace time only", async () => {
  const { coordinator, organiser, anna, bram } = await twoInRoundOne({ reconnectGraceSeconds: 60 });
  await anna.client.submit(submission(1));
  bram.client.socket.disconnect();
  await organiser.until(({ clients }) => clients[1]?.status === "away", "bram is away");
  coordinator.clock.advance(60_000);
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.clients[1]).toMatchObject({ status: "left", note: "connection lost" });
});

test("a reloaded tab comes back as the same client and answers the round it was in", async () => {
  const { coordinator, organiser, created, anna, bram } = await twoInRoundOne();
  bram.client.socket.disconnect();
  await organiser.until(({ clients }) => clients[1]?.status === "away", "bram is away");
  const back = await joinAs(coordinator, created, "bram", { resumeToken: bram.resumeToken });
  expect(back.clientId).toBe(bram.clientId);
  await back.client.submit(submission(1));
  await anna.client.submit(submission(1));
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.clients).toHaveLength(2);
  expect(next.rounds[0]?.aggregated).toEqual([bram.clientId, anna.clientId]);
});

test("a second tab of the same client takes over; the first is told and changes nothing when it goes", async () => {
  const { coordinator, organiser, created, bram } = await twoInRoundOne();
  const second = await joinAs(coordinator, created, "bram again", { resumeToken: bram.resumeToken });
  await expect.poll(() => bram.client.replacedBecause).toMatch(/another tab/);
  await second.client.submit(submission(1));
  const shown = await organiser.until(({ clients }) => clients[1]?.history.length === 1, "the submission");
  expect(shown.clients[1]).toMatchObject({ id: bram.clientId, name: "bram again", status: "present", history: [{ round: 1 }] });
});

test("a repeated join on one connection is the same client", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url);
  const client = await connectClient(coordinator.url);
  const request = joinRequest(created, "anna", 10);
  const [first, second] = await Promise.all([client.call("client:join", request), client.call("client:join", request)]);
  expect(second.clientId).toBe(first.clientId);
  const snapshot = await client.until(({ revision }) => revision >= second.revision, "the client");
  expect(snapshot.clients).toHaveLength(1);
});

test("the organiser starts early, pauses, resumes, closes a round, removes a client and stops", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 3 });
  const { federationId, organiserKey } = created;
  const control = (action: Parameters<typeof organiser.call<"federation:control">>[1]["action"]) =>
    organiser.call("federation:control", { federationId, organiserKey, action });
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await control({ kind: "start" });
  await organiser.until(roundOpen(1), "round 1 without a quorum");

  await control({ kind: "pause" });
  const paused = await organiser.until(({ phase }) => phase === "paused", "the pause");
  expect(paused.openRound?.deadlineAt).toBeNull();
  await anna.client.submit(submission(1));
  await control({ kind: "resume" });
  await control({ kind: "closeRound" });
  const second = await organiser.until(roundOpen(2), "round 2");
  expect(second.rounds[0]?.aggregated).toEqual([anna.clientId]);

  await control({ kind: "remove", clientId: bram.clientId });
  await expect.poll(() => bram.client.replacedBecause).toBe("The organiser removed this client");
  await expect(joinAs(coordinator, created, "bram", { resumeToken: bram.resumeToken })).rejects.toThrow(/^FORBIDDEN/);

  const { links } = await control({ kind: "stop" });
  const end = await organiser.until(({ phase }) => phase === "stopped", "the stop");
  expect(end.note).toBe("Stopped by the organiser. The shared adapter of round 1 is kept.");
  const invited = { ...created, inviteToken: links.invite.token ?? "" };
  await expect(joinAs(coordinator, invited, "chen")).rejects.toThrow(/^FEDERATION_ENDED/);
  await expect(control({ kind: "start" })).rejects.toThrow(/^FEDERATION_ENDED/);
});

test("the organiser skips one of several; what that one sends in time counts all the same", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 3 });
  const { federationId, organiserKey, watchToken } = created;
  const [anna, bram, chen] = [
    await joinAs(coordinator, created, "anna"),
    await joinAs(coordinator, created, "bram", { sees: "own" }),
    await joinAs(coordinator, created, "chen"),
  ];
  const skip = (clientId: string) =>
    organiser.call("federation:control", { federationId, organiserKey, action: { kind: "skip", clientId } });
  await organiser.until(roundOpen(1), "round 1");
  expect(await codeOfRefusal(skip("nobody"))).toBe("NOT_FOUND");
  await anna.client.submit(submission(1));
  expect(await codeOfRefusal(skip(anna.clientId))).toBe("WRONG_ROUND");
  await skip(bram.clientId);
  const skipped = await organiser.until(({ openRound }) => openRound?.skipped?.length === 1, "bram's skip");
  expect(awaitedIn(skipped)).toEqual([chen.clientId]);
  const own = await bram.client.until(({ openRound }) => openRound?.skipped?.length === 1, "the skip, at its own client");
  expect(own.clients[0]?.note).toBe("was skipped by the organiser");
  const watcher = await connectClient(coordinator.url);
  await watcher.call("federation:watch", { federationId, token: watchToken });
  await watcher.until(({ openRound }) => openRound?.skipped?.[0] === bram.clientId, "the skip, for who comes later");
  await chen.client.submit(submission(1));
  const second = await organiser.until(roundOpen(2), "round 2, which nobody closed");
  expect(second.rounds[0]?.aggregated.toSorted()).toEqual([anna.clientId, chen.clientId].toSorted());
  expect(second.openRound).toMatchObject({ participants: [anna.clientId, bram.clientId, chen.clientId] });
  for (const { clientId } of [anna, bram]) await skip(clientId);
  expect(await codeOfRefusal(skip(chen.clientId))).toBe("STILL_NEEDED");
  for (const { client } of [bram, anna, chen]) await client.submit(submission(2));
  const third = await organiser.until(roundOpen(3), "round 3");
  expect(third.rounds[1]?.aggregated).toHaveLength(3);
});

test("two federations side by side do not touch each other", async () => {
  const { coordinator, organiser, anna, bram } = await twoInRoundOne();
  const other = await createFederation(coordinator.url, { name: "logs", minClients: 1, seed: 8 }, listed);
  const chen = await joinAs(coordinator, other.created, "chen");
  await chen.client.submit(submission(1, 0.9));
  await other.organiser.until(roundOpen(2), "round 2 of the other");
  expect(organiser.latest).toMatchObject({ openRound: { round: 1 }, rounds: [{ aggregated: [] }] });
  await anna.client.submit(submission(1));
  await bram.client.submit(submission(1));
  await organiser.until(roundOpen(2), "round 2");
  const { federations } = await organiser.call("federation:list", {});
  expect(federations).toMatchObject([
    { name: "logs", round: 2, clients: 1, phase: "collecting" },
    { name: "ward-notes", round: 2, clients: 2 },
  ]);
});

test("a client whose old socket goes while it is coming back on a new one stays", async () => {
  const { coordinator, organiser, created, anna, bram } = await twoInRoundOne({ reconnectGraceSeconds: 60 });
  const fresh = await connectClient(coordinator.url);
  const request = { ...joinRequest(created, "bram", 100), resumeToken: bram.resumeToken };
  // Other work keeps the federation busy, so that both arrive before either is dealt with.
  const busy = Array.from({ length: 20 }, () => anna.client.call("round:fetch", { round: 1 }));
  const back = fresh.call("client:join", request);
  bram.client.socket.disconnect();
  await Promise.all([...busy, back]);
  coordinator.clock.advance(60_000);
  await fresh.submit(submission(1));
  await anna.client.submit(submission(1));
  const next = await organiser.until(roundOpen(2), "round 2");
  expect(next.clients[1]).toMatchObject({ status: "present", history: [{ round: 1 }] });
  expect(next.openRound?.participants).toContain(bram.clientId);
});

test("a join whose answer was lost and that is said again makes one client, also over a new connection", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url);
  const request = joinRequest(created, "anna", 100);
  const [one, two] = [await connectClient(coordinator.url), await connectClient(coordinator.url)];
  const ids = [
    await one.call("client:join", request),
    await one.call("client:join", request),
    await two.call("client:join", request),
  ];
  expect(new Set(ids.map(({ clientId }) => clientId)).size).toBe(1);
  const shown = await organiser.until(({ clients }) => clients.length > 0, "a client");
  expect(shown.clients.map(({ name }) => name)).toEqual(["anna"]);
});
