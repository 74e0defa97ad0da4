/** A secure sum on two nodes behind a real proxy: the one that runs it is killed in each of its steps. */
import { setTimeout as delay } from "node:timers/promises";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { describe, expect, test } from "vitest";
import type { Node } from "../../../tools/nodes.ts";
import { constantAdapter, createFederation, layout } from "./support/federations.ts";
import { canRunNodes, nodesUnderTest } from "./support/nodes.ts";
import { joinSumming, type SummingClient } from "./support/summingClient.ts";

const secure = { aggregation: "secure", robustness: { kind: "none" }, maxClients: 5, minClients: 3 } as const;
const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const TRY_AGAIN_MS = 300;
const TRIES_MS = 60_000;

/** What a client does that lost its connection: the same again, until it succeeds. */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + TRIES_MS; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
}

describe.skipIf(!canRunNodes)("a secure sum on two nodes", () => {
  test("the node that runs it is killed in every step: the other one goes on with the keys of before, and the sum is exact", async () => {
    const site = await nodesUnderTest();
    const { organiser, created } = await createFederation(site.url, secure);
    const join = (name: string, k: number, earlier?: SummingClient) =>
      joinSumming(site, created, name, { train: 100 * (k + 1), ...(earlier ? { earlier, store: earlier.store } : {}) });
    let clients: SummingClient[] = [];
    for (const [k, name] of ["anna", "bram", "cleo"].entries()) clients.push(await join(name, k));
    await organiser.until(roundOpen(1), "round 1");
    for (const client of clients) await client.ready(1);
    const killed: Node[] = [];
    for (const step of EXCHANGE_STEPS) {
      const answer = (client: SummingClient, k: number) => client.answer(1, step, constantAdapter(0.1 * (k + 1)));
      await answer(clients[0] as SummingClient, 0);
      const owner = (await site.ownerOf(created.federationId)) as Node;
      await owner.kill();
      killed.push(owner);
      clients = await Promise.all(clients.map((client, k) => again(() => join(client.name, k, client))));
      await Promise.all(clients.slice(1).map((client, k) => answer(client, k + 1)));
      await owner.start();
    }
    expect(new Set(killed).size).toBe(2);
    const [anna] = clients as [SummingClient];
    const { rounds } = await anna.client.until(roundOpen(2), "round 2");
    expect(rounds[0]).toMatchObject({ exchanges: 1, means: { trainRows: 600, testRows: 30 } });
    const served = decodeAdapter((await anna.client.fetchAdapter(2)) as Uint8Array, layout);
    const key = layout[0]?.key as string;
    const learned = (initialAdapter(layout, 7).get(key)?.data[3] as number) - (served.get(key)?.data[3] as number);
    // (100 * 0.1 + 200 * 0.2 + 300 * 0.3) / 600
    expect(learned).toBeCloseTo(0.23333, 4);
  }, 600_000);
});
