/** Nodes of two versions beside each other: an upgrade that leaves what is stored as it is, and one that does not. */
import { setTimeout as delay } from "node:timers/promises";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { describe, expect, test } from "vitest";
import type { Node } from "../../../tools/nodes.ts";
import { eventsOf, expectAnswers, expectLearned } from "./support/answers.ts";
import { constantAdapter, createFederation } from "./support/federations.ts";
import { startMovingClient } from "./support/movingClient.ts";
import { newerCheckout } from "./support/newerCheckout.ts";
import { canRunNodes, type NodesUnderTest, nodesUnderTest } from "./support/nodes.ts";
import { clientOwner, connectClient, putPiece } from "./support/testClient.ts";

/** Folder of a checkout of an earlier version that is built. docs/deploy.md, Several nodes, says with which one this was run. */
const earlier = process.env.DUET_EARLIER_CHECKOUT;

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

async function untilRunBy(all: NodesUnderTest, federationId: string, node: Node | null): Promise<void> {
  while ((await all.ownerOf(federationId)) !== node) await delay(200);
}

describe.skipIf(!canRunNodes)("nodes of two versions", () => {
  test.skipIf(!earlier)(
    "one node after the other of an earlier version is replaced by this one in the middle of a round, which goes on",
    async () => {
      const all = await nodesUnderTest({ checkout: earlier as string });
      const [first, second] = all.nodes as [Node, Node];
      const { created } = await createFederation(first.url);
      const { federationId, watchToken } = created;
      const [anna, bram] = [startMovingClient(all.url, created, "anna"), startMovingClient(all.url, created, "bram")];
      await Promise.all([anna.until(roundOpen(1)), bram.until(roundOpen(1))]);
      const adapter = constantAdapter(0.2);
      await anna.submit(1, adapter);
      await putPiece(clientOwner(all.url, federationId, bram.resumeToken), adapter, { end: 7000 });
      await second.stop();
      await second.start();

      // Each of them passes on to the other.
      expect(await all.ownerOf(federationId)).toBe(first);
      const cara = startMovingClient(second.url, created, "cara");
      await cara.clientId;
      const { created: young } = await createFederation(second.url);
      expect(await (await connectClient(first.url)).watch(young.federationId, young.watchToken)).toMatchObject({ clients: [] });

      await first.stop();
      await untilRunBy(all, federationId, second);
      const ids = await Promise.all([anna.clientId, bram.clientId, cara.clientId]);
      // Who came after a round had opened is in it once it has come back.
      await cara.until(({ openRound }) => openRound?.participants.includes(ids[2]) === true);
      await Promise.all([bram.submit(1, adapter), first.start()]);
      await cara.submit(1, adapter);

      await Promise.all([anna, bram, cara].map((client) => client.until(roundOpen(2))));
      await expectLearned(all.url, created, anna, 2, 0.2);
      expectAnswers(await eventsOf(all.databaseUrl, federationId), [1], ids);
      const { clients } = await (await connectClient(all.url)).watch(federationId, watchToken);
      expect(clients.map(({ bytesUp }) => bytesUp)).toEqual(ids.map(() => adapter.byteLength));
    },
    300_000,
  );

  test("where events are stored in a newer form the earlier node says so, touches nothing and leaves it to the later one", async () => {
    const all = await nodesUnderTest();
    const [first, second] = all.nodes as [Node, Node];
    const { created } = await createFederation(first.url);
    const { federationId, watchToken } = created;
    const watched = async () => (await connectClient(first.url)).watch(federationId, watchToken);
    const anna = startMovingClient(second.url, created, "anna");
    const bram = startMovingClient(second.url, created, "bram");
    await Promise.all([anna.until(roundOpen(1)), bram.until(roundOpen(1))]);
    await anna.submit(1, constantAdapter(0.2));
    const later = await newerCheckout();
    await second.stop();
    await second.start(later);
    await first.stop();
    await untilRunBy(all, federationId, second);
    // The earlier one passes on what it could not read.
    await first.start();
    expect(await watched()).toMatchObject({ openRound: { round: 1 } });
    await second.kill();
    const before = await eventsOf(all.databaseUrl, federationId);

    const refused = /NOT_READABLE: .* was made by a newer Duet \(it has format \d, this one reads up to \d\)/;
    while (!refused.test(String(await watched().catch(String)))) await delay(200);
    await untilRunBy(all, federationId, null);
    expect(await eventsOf(all.databaseUrl, federationId)).toEqual(before);

    await second.start(later);
    await untilRunBy(all, federationId, second);
    await bram.submit(1, constantAdapter(0.2));
    await Promise.all([anna, bram].map((client) => client.until(roundOpen(2))));
    expect(await watched()).toMatchObject({ openRound: { round: 2 } });
    await expectLearned(second.url, created, anna, 2, 0.2);
    const after = await eventsOf(all.databaseUrl, federationId);
    expect(after.slice(0, before.length)).toEqual(before);
    expectAnswers(after, [1], [await anna.clientId, await bram.clientId]);
  }, 300_000);
});
