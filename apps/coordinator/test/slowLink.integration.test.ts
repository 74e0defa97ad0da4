/** Clients behind a slow line, with the same client code that a tab runs: progress counts, not time. */
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createRetry } from "@duet/client/retry";
import { createSentLedger, type SentLedger } from "@duet/client/sentLedger";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import { expect, onTestFinished, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { createFederation, duetTiny, joinRequest, testMetrics } from "./support/federations.ts";
import { startSlowLink } from "./support/slowLink.ts";

/** `DUET_SLOW_LINK=full` takes the figures of docs/protocol.md: 2,293,760 bytes, 60,000 a second each way. */
const isFull = process.env.DUET_SLOW_LINK === "full";
const everywhere = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
const adapter: FederationConfig["adapter"] = isFull
  ? { rank: 32, alpha: 4, dropout: 0, targetModules: everywhere }
  : { rank: 8, alpha: 4, dropout: 0, targetModules: ["q_proj", "v_proj"] };
const bytes = layoutBytes(adapterLayout(parseArchitecture(duetTiny.config).linears, adapter));

/** Every value the same: what a client would have learned. */
const learned = (value: number) => new Uint8Array(new Float32Array(bytes / 4).fill(value).buffer);

interface RemoteClient {
  readonly coordinator: CoordinatorClient;
  readonly ledger: SentLedger;
  /** Fetches, and sends a constant adapter, trying again as a session does. Returns how many bytes it started from. */
  round(round: number, value: number): Promise<number>;
}

/** A client that joins, and joins again after each reconnection. */
async function remoteClient(url: string, request: RequestInput<"client:join">): Promise<RemoteClient> {
  const ledger = createSentLedger(Date.now);
  const coordinator = createCoordinatorClient({ url, ledger, now: Date.now });
  const { persistently, giveUp } = createRetry(coordinator);
  onTestFinished(() => {
    giveUp();
    coordinator.close();
  });
  const join = () => persistently(() => coordinator.request("client:join", request));
  await join();
  coordinator.onReady(() => void join());
  return {
    coordinator,
    ledger,
    async round(round, value) {
      const received = await persistently(() => coordinator.fetchAdapter(round));
      const submission = { round, adapter: learned(value), madeFrom: [["madeFromYours"] as const], metrics: testMetrics() };
      await persistently(() => coordinator.submitRound(submission));
      return received?.byteLength ?? 0;
    },
  };
}

const adaptersSent = ({ ledger }: RemoteClient) => ledger.get().entries.filter(({ event }) => event === "adapter");

test("two clients share a line on which one adapter takes longer than any message may, and finish their rounds", async () => {
  const { url } = await startCoordinator();
  const { organiser, created } = await createFederation(url, { adapter, roundDeadlineSeconds: 3600 });
  const link = await startSlowLink(url, isFull ? { up: 60_000, down: 60_000 } : { up: 10_000, down: 60_000 });
  const began = performance.now();
  const clients = await Promise.all(["anna", "bram"].map((name) => remoteClient(link.url, joinRequest(created, name, 100))));
  await Promise.all(
    clients.map(async (client) => {
      for (const round of [1, 2]) {
        await organiser.until(({ openRound }) => openRound?.round === round, `round ${round}`, 600_000);
        expect(await client.round(round, 0.1 * round)).toBe(bytes);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const end = await organiser.until(({ openRound }) => openRound?.round === 3, "the fusing round");
  const ids = end.clients.map(({ id }) => id).sort();
  expect(end.rounds.slice(0, 2).map(({ aggregated }) => [...aggregated].sort())).toEqual([ids, ids]);
  expect(end.clients).toMatchObject(ids.map(() => ({ status: "present", bytesUp: 2 * bytes, bytesDown: 2 * bytes })));
  // Nothing travelled twice, and the ledger has every byte of it.
  for (const client of clients) expect(adaptersSent(client).map((entry) => entry.bytes)).toEqual([bytes, bytes]);
  expect(link.passed.up).toBeLessThan(4 * bytes * 1.15);
  const { up, down } = link.passed;
  if (isFull) process.stdout.write(`${bytes} bytes: ${seconds.toFixed(0)} s, ${up} bytes up, ${down} down\n`);
}, 900_000);

test("a line cut in the middle of a piece costs that piece, and the coordinator going down costs no more", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { adapter, minClients: 1 });
  // So slow that no piece is longer than the first one, of 64 KiB.
  const link = await startSlowLink(coordinator.url, { up: 28_000, down: 300_000 });
  const anna = await remoteClient(link.url, joinRequest(created, "anna", 100));
  const done = anna.round(1, 0.25);
  await expect.poll(() => link.passed.up, { timeout: 20_000 }).toBeGreaterThan(30_000);
  link.cut();
  const seen = await organiser.until(({ clients }) => (clients[0]?.progress?.step ?? 0) > 0, "its progress", 20_000);
  expect(seen.clients[0]?.progress).toMatchObject({ round: 1, activity: "uploading", steps: bytes });
  expect(seen.clients[0]?.progress?.step).toBeLessThan(bytes);
  link.isDown = true;
  await coordinator.restart();
  link.target = coordinator.url;
  link.isDown = false;
  await done;
  const snapshot = await anna.coordinator.watch(created.federationId, created.watchToken);
  expect(snapshot.clients).toMatchObject([{ bytesUp: bytes, history: [{ round: 1 }] }]);
  const [sent] = adaptersSent(anna);
  expect(sent?.bytes).toBeGreaterThan(bytes);
  expect(sent?.bytes).toBeLessThanOrEqual(bytes + 2 * 64 * 1024);
});
