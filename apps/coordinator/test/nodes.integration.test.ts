/** Several nodes on one database: clients on different ones, nodes that die in the middle, are paused, or are replaced one by one. */
import { setTimeout as delay } from "node:timers/promises";
import { blobPath, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { describe, expect, test } from "vitest";
import type { Node } from "../../../tools/nodes.ts";
import { findObjectStore } from "../../../tools/objectStore.ts";
import { eventsOf, expectAnswers, expectLearned } from "./support/answers.ts";
import { bucketOfTest } from "./support/bucketOfTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { startMovingClient } from "./support/movingClient.ts";
import { canRunNodes, type NodesUnderTest, nodesUnderTest } from "./support/nodes.ts";
import { clientOwner, connectClient, putPiece } from "./support/testClient.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const budgets = (rounds: number) => {
  const one = { unit: "steps", amount: 1 } as const;
  return { budgets: { local: one, inner: one, rounds } };
};

async function ownerAndOther({ nodes, ownerOf }: NodesUnderTest, federationId: string): Promise<[Node, Node]> {
  for (;;) {
    const owner = await ownerOf(federationId);
    const other = nodes.find((node) => node !== owner);
    if (owner && other) return [owner, other];
    await delay(200);
  }
}

/** Kills the node that runs it as soon as that was acknowledged, and starts it again once the other one runs it. */
async function takenOverAfter(all: NodesUnderTest, federationId: string, acknowledged: () => Promise<unknown>): Promise<void> {
  const [owner, other] = await ownerAndOther(all, federationId);
  await acknowledged();
  await owner.kill();
  while ((await all.ownerOf(federationId)) !== other) await delay(200);
  await owner.start();
}

describe.skipIf(!canRunNodes)("several nodes", () => {
  test("clients of one federation on different nodes train together, over sockets and HTTP alike", async () => {
    const { nodes } = await nodesUnderTest();
    const [first, second] = nodes as [Node, Node];
    const { organiser, created } = await createFederation(first.url);
    const anna = await joinAs(first, created, "anna");
    const bram = await joinAs(second, created, "bram");
    for (const { client } of [anna, bram]) {
      await client.until(roundOpen(1), "round 1");
      await client.submit({ round: 1, adapter: constantAdapter(0.2), metrics: testMetrics() });
    }
    const after = await organiser.until(roundOpen(2), "round 2");
    expect(after.rounds[0]?.aggregated).toEqual([anna.clientId, bram.clientId]);
    const [here, there] = [await anna.client.fetchAdapter(2), await bram.client.fetchAdapter(2)];
    expect(there).toEqual(here);
    // What is refused is told over the node that does not run it as it is, in words and as data.
    const late = { round: 9, adapter: null, metrics: testMetrics() };
    const told = ["otherRoundOpen", 9, 2];
    const refused = { ok: false, error: { code: "WRONG_ROUND", message: "Round 9 is not open; round 2 is", told } };
    for (const { client } of [anna, bram]) expect(await client.socket.emitWithAck("round:submit", late)).toEqual(refused);
    for (const { url } of nodes) {
      const headers = { [RESUME_TOKEN_HEADER]: "nobody" };
      const answer = await fetch(url + blobPath(created.federationId, "5b".repeat(32)), { headers });
      expect(await answer.json()).toMatchObject({ ok: false, error: { code: "FORBIDDEN", told: ["wrongLink"] } });
    }
    // The organiser decides over the node that does not run it.
    const elsewhere = await connectClient(second.url);
    const { federationId, organiserKey } = created;
    await elsewhere.call("federation:control", { federationId, organiserKey, action: { kind: "stop" } });
    await organiser.until(({ endedAt }) => endedAt !== null, "the end");
  });

  test("either node is killed while clients train, upload and wait: every round counts everyone once", async () => {
    const all = await nodesUnderTest();
    const { url, databaseUrl } = all;
    const { created } = await createFederation(all.nodes[0]?.url ?? "", budgets(6));
    const { federationId } = created;
    const anna = startMovingClient(url, created, "anna");
    const bram = startMovingClient(url, created, "bram");
    const ids = [await anna.clientId, await bram.clientId];
    const adapter = (round: number) => constantAdapter(0.1 * round);
    let round = 0;
    for (const who of [0, 1] as const) {
      const killed = async () => {
        const node = (await ownerAndOther(all, federationId))[who];
        await node.kill();
        return node.start();
      };
      const opened = async () => {
        round += 1;
        await Promise.all([anna.until(roundOpen(round)), bram.until(roundOpen(round))]);
      };
      // While both train.
      await opened();
      await killed();
      await Promise.all([anna.submit(round, adapter(round)), bram.submit(round, adapter(round))]);
      // Between two pieces of an upload.
      await opened();
      await putPiece(clientOwner(url, federationId, bram.resumeToken), adapter(round), { end: 7000 });
      await killed();
      await Promise.all([anna.submit(round, adapter(round)), bram.submit(round, adapter(round))]);
      // Right after an acknowledgement, and while the other one submits.
      await opened();
      await anna.submit(round, adapter(round));
      await Promise.all([killed(), bram.submit(round, adapter(round))]);
    }
    await anna.until(roundOpen(7));
    // 0.1 * (1 + 2 + 3 + 4 + 5 + 6)
    await expectLearned(url, created, anna, 7, 2.1);
    expectAnswers(await eventsOf(databaseUrl, federationId), [1, 2, 3, 4, 5, 6], ids);
  }, 300_000);

  test("the node that runs it is killed after the last answer of every round, as it aggregates, and as clients fuse: nothing acknowledged is lost", async () => {
    const all = await nodesUnderTest();
    const { url, databaseUrl } = all;
    const rounds = 3;
    const { created } = await createFederation(all.nodes[0]?.url ?? "", budgets(rounds));
    const { federationId, watchToken } = created;
    const anna = startMovingClient(url, created, "anna");
    const bram = startMovingClient(url, created, "bram");
    const ids = [await anna.clientId, await bram.clientId];
    const opened = (round: number) => Promise.all([anna.until(roundOpen(round)), bram.until(roundOpen(round))]);
    const bothSubmit = (round: number, adapter: Uint8Array<ArrayBuffer>) =>
      Promise.all([anna.submit(round, adapter), bram.submit(round, adapter)]);
    for (let round = 1; round <= rounds; round++) {
      await opened(round);
      await takenOverAfter(all, federationId, () => bothSubmit(round, constantAdapter(0.1 * round)));
    }
    await opened(rounds + 1);
    // 0.1 * (1 + 2 + 3)
    await expectLearned(url, created, anna, rounds + 1, 0.6);
    // While both fuse, between their answers, and right after the last.
    await takenOverAfter(all, federationId, async () => {});
    await takenOverAfter(all, federationId, () => anna.submit(rounds + 1, null));
    await takenOverAfter(all, federationId, () => bram.submit(rounds + 1, null));
    await Promise.all([anna, bram].map((client) => client.until(({ phase }) => phase === "finished")));
    const end = await (await connectClient(url)).watch(federationId, watchToken);
    expect(end.phase).toBe("finished");
    // Whatever was sent more than once on the way counts as often as it was acknowledged.
    const bytes = rounds * constantAdapter(0).byteLength;
    expect(end.clients.map(({ bytesUp }) => bytesUp)).toEqual([bytes, bytes]);
    const events = await eventsOf(databaseUrl, federationId);
    expectAnswers(events, [1, 2, 3, 4], ids);
    const types = events.map(({ event }) => JSON.parse(event).type);
    expect(types.filter((type) => type === "aggregated")).toHaveLength(rounds);
  }, 300_000);

  test("clients of a killed node come back with a pause, as long as its lease lasts and no other node runs their federation", async () => {
    const all = await nodesUnderTest();
    const { created } = await createFederation(all.nodes[0]?.url ?? "");
    const clients = ["anna", "bram"].map((name) => startMovingClient(all.url, created, name));
    await Promise.all(clients.map((client) => client.until(roundOpen(1))));
    const away = clients.map(({ coordinator: { status } }) => {
      const pauses: number[] = [];
      let lostAt = Number.NaN;
      status.subscribe(() => {
        const { kind } = status.get();
        if (kind === "lost") lostAt = performance.now();
        else if (kind === "ready") pauses.push(performance.now() - lostAt);
      });
      return pauses;
    });
    const [owner] = await ownerAndOther(all, created.federationId);
    await owner.kill();
    await Promise.all(clients.map((client) => client.submit(1, constantAdapter(0.2))));
    await Promise.all(clients.map((client) => client.until(roundOpen(2))));
    expect(away.flat().length).toBeGreaterThan(0);
    expect(Math.min(...away.flat())).toBeGreaterThan(450);
  }, 300_000);

  test("a node that was paused for longer than its lease writes nothing afterwards, and goes on with what is left to it", async () => {
    const all = await nodesUnderTest();
    const { url, nodes, databaseUrl } = all;
    const [first, second] = nodes as [Node, Node];
    const { created } = await createFederation(first.url);
    const { federationId } = created;
    const anna = startMovingClient(url, created, "anna");
    const bram = startMovingClient(url, created, "bram");
    await Promise.all([anna.until(roundOpen(1)), bram.until(roundOpen(1))]);
    await anna.submit(1, constantAdapter(0.2));
    first.child().kill("SIGSTOP");
    // Its successor ends the round.
    await bram.submit(1, constantAdapter(0.2));
    await Promise.all([anna.until(roundOpen(2)), bram.until(roundOpen(2))]);
    expect(await all.ownerOf(federationId)).toBe(second);
    await anna.submit(2, constantAdapter(0.4));
    const before = await eventsOf(databaseUrl, federationId);

    first.child().kill("SIGCONT");
    // Who still had its answers coming from there: it acknowledges nothing.
    await delay(10_000);
    const after = await eventsOf(databaseUrl, federationId);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await all.ownerOf(federationId)).toBe(second);
    const types = after.slice(before.length).map(({ event }) => JSON.parse(event).type);
    expect(types.filter((type) => !["clientAway", "clientReturned", "fetched"].includes(type))).toEqual([]);
    await bram.submit(2, constantAdapter(0.4));
    await bram.until(roundOpen(3));
    await expectLearned(url, created, bram, 3, 0.6);
  }, 300_000);

  test("one node after the other is replaced in the middle of a round, which goes on", async () => {
    const all = await nodesUnderTest();
    const { created } = await createFederation(all.nodes[0]?.url ?? "");
    const anna = startMovingClient(all.url, created, "anna");
    const bram = startMovingClient(all.url, created, "bram");
    await Promise.all([anna.until(roundOpen(1)), bram.until(roundOpen(1))]);
    await anna.submit(1, constantAdapter(0.2));
    for (const node of all.nodes) {
      await node.stop();
      await node.start();
    }
    await bram.submit(1, constantAdapter(0.2));
    const { rounds } = await bram.until(roundOpen(2));
    expect(rounds[0]).toMatchObject({ round: 1, aggregated: [await anna.clientId, await bram.clientId] });
    await expectLearned(all.url, created, bram, 2, 0.2);
  }, 300_000);

  test.skipIf(findObjectStore() === null)(
    "with their adapters in one bucket a killed node's successor has all of them",
    async () => {
      const { url: blobs, accessKeyId, secretAccessKey, region } = await bucketOfTest();
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region };
      const all = await nodesUnderTest({ options: { blobs }, env });
      const { created } = await createFederation(all.nodes[0]?.url ?? "");
      const anna = startMovingClient(all.url, created, "anna");
      const bram = startMovingClient(all.url, created, "bram");
      await Promise.all([anna.until(roundOpen(1)), bram.until(roundOpen(1))]);
      await anna.submit(1, constantAdapter(0.2));
      const [owner] = await ownerAndOther(all, created.federationId);
      await owner.kill();
      await bram.submit(1, constantAdapter(0.2));
      await bram.until(roundOpen(2));
      await expectLearned(all.url, created, bram, 2, 0.2);
    },
    300_000,
  );
});
