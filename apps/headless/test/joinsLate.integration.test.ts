/** A program that joins while rounds are under way, and has to learn alone first: nobody waits for it. */
import { join } from "node:path";
import { type CoordinatorClient, createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, onTestFinished, test } from "vitest";
import { createClientFiles } from "../src/state/clientFiles.ts";
import { startHeadless } from "./support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

/** A client that has whatever a round wants at once. */
async function quickClient({ url, federationId, invite }: SmallFederation, { config }: Snapshot) {
  const client = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  onTestFinished(() => client.close());
  await client.loadTransfers();
  const { clientId } = await client.join({
    ...{ federationId, inviteToken: new URL(invite).hash.slice(1), name: "quick", resumeToken: "quick".repeat(9) },
    ...{ modelSha256: fingerprint(config.model.files), figures: "everybody", device: null, identity: null },
    samples: { train: 40, fusion: 6, test: 12 },
  });
  const layout = adapterLayout(federationBase(config.model).linears, config.adapter);
  const adapter = encodeAdapter(initialAdapter(layout, config.seed), layout);
  const answer = (round: number) =>
    client.submitRound({ round, adapter: round <= 4 ? adapter : null, madeFrom: [], metrics: NO_METRICS });
  return { client, clientId, answer };
}

function seenBy(client: CoordinatorClient) {
  let latest: Snapshot | null = null;
  client.onSnapshot((snapshot) => (latest = snapshot));
  return (what: (snapshot: Snapshot) => unknown) => expect.poll(() => latest && what(latest), { timeout: 90_000 });
}

test("who joins in round 2 of 4 learns alone for long while the rounds go on, is loaded anew meanwhile, and then takes part", async () => {
  const federation = await smallFederation(
    { preset: "paper", rounds: 4, localSteps: 120, innerSteps: 1, minClients: 1, labelVectors: null, upload: AS_THEY_ARE },
    { clients: 1 },
  );
  const { organiser, federationId, watchToken, folder, invite, files } = federation;
  const begun = await organiser.watch(federationId, watchToken);
  const seen = seenBy(organiser);
  const quick = await quickClient(federation, begun);
  for (const round of [0, 1]) {
    await seen(({ openRound }) => openRound?.round).toBe(round);
    await quick.answer(round);
  }
  await seen(({ openRound }) => openRound?.round).toBe(2);

  const state = ["--state", join(folder, "state"), "--out", join(folder, "out"), "--threads", "1", "--json"];
  const rows = ["--data", files[0] ?? "", "--input", "text", "--label", "level", "--name", "late"];
  const first = startHeadless(["join", invite, ...rows, ...state]);
  await expect.poll(() => first.said.out, { timeout: 90_000 }).toMatch(/"round":0,"progress":\{[^}]*"activity":"training"/);
  await seen(({ catchingUp }) => catchingUp?.length).toBe(1);
  await quick.answer(2);
  await seen(({ openRound }) => openRound).toMatchObject({ round: 3, participants: [quick.clientId] });
  const clientId = String(first.events().find(({ event }) => event === "joined")?.clientId);
  const kept = createClientFiles(join(folder, "state"));
  const stepsKept = async () => (await kept.underWay(clientId))?.state.training?.state.done ?? 0;
  await expect.poll(stepsKept, { timeout: 60_000 }).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await first.ended;
  const again = startHeadless(["join", invite, ...state]);
  await expect.poll(() => again.said.out, { timeout: 90_000 }).toMatch(/Goes on at step \d+ of 120/);
  await seen(({ catchingUp }) => catchingUp).toEqual([]);

  await quick.answer(3);
  await seen(({ openRound }) => openRound).toMatchObject({ round: 4, participants: { length: 2 } });
  await quick.answer(4);
  await seen(({ openRound }) => openRound?.round).toBe(5);
  await quick.answer(5);
  expect(await again.ended, again.said.out + again.said.err).toBe(0);
  await organiser.watch(federationId, watchToken);
  // Older rounds come piece by piece.
  await seen(({ rounds }) => rounds.map(({ aggregated }) => aggregated.length)).toEqual([1, 1, 1, 1, 2, 2]);
  const late = ({ clients }: Snapshot) => clients.find(({ name }) => name === "late");
  await seen((ended) => late(ended)?.history.map(({ round }) => round)).toEqual([0, 4, 5]);
  // Of what it has learned alone nothing was sent but its figures.
  await seen((ended) => late(ended)?.bytesUp).toBe(begun.adapterBytes);
});
