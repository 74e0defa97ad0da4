/** Two federations as a coordinator stores them: one that is over, one in the middle of a round. */
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { CoordinatorUnderTest } from "./coordinatorUnderTest.ts";
import { type Created, constantAdapter, createFederation, joinAs, testMetrics } from "./federations.ts";

const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;
const submission = (round: number, value: number) => ({ round, adapter: constantAdapter(value), metrics: testMetrics() });

/** What it takes to go on with them; the coordinator stores only hashes of it. */
export interface StoredFederations {
  readonly finished: Created;
  readonly running: Created;
  /** Resume tokens of the running one's two clients; the first has submitted. */
  readonly resumeTokens: readonly [string, string];
  /** When links that end were made; not there where they had no end. */
  readonly storedAt?: number;
}

/** Lets real clients run both over sockets: of the running one, round 1 is aggregated and round 2 has one of its two submissions. */
export async function storeFederations(coordinator: CoordinatorUnderTest): Promise<StoredFederations> {
  const one = await createFederation(coordinator.url, { name: "stored-finished", minClients: 1 });
  const solo = await joinAs(coordinator, one.created, "anna");
  for (const round of [1, 2]) {
    await one.organiser.until(roundOpen(round), `round ${round}`);
    await solo.client.fetchAdapter(round);
    await solo.client.submit(submission(round, 0.1 * round));
  }
  await one.organiser.until(roundOpen(3), "the fusing round");
  await solo.client.submit({ round: 3, adapter: null, metrics: testMetrics() });
  await one.organiser.until(({ phase }) => phase === "finished", "the end");

  const two = await createFederation(coordinator.url, { name: "stored-running" });
  const anna = await joinAs(coordinator, two.created, "anna");
  const bram = await joinAs(coordinator, two.created, "bram");
  await two.organiser.until(roundOpen(1), "round 1");
  await anna.client.submit(submission(1, 0.2));
  await bram.client.submit(submission(1, 0.4));
  await two.organiser.until(roundOpen(2), "round 2");
  await two.organiser.until(({ rounds }) => rounds[0]?.aggregationError != null, "the gauge of round 1");
  await anna.client.submit(submission(2, 0.3));
  return { finished: one.created, running: two.created, resumeTokens: [anna.resumeToken, bram.resumeToken] };
}

/** Keeps the data folder of a stopped coordinator and what {@link storeFederations} returned as a fixture in `target`. */
export async function keepAsFixture(dataDir: string, stored: StoredFederations, target: string): Promise<void> {
  for (const name of ["duet.db", "store-id", "link-key", "blobs"])
    await cp(join(dataDir, name), join(target, name), { recursive: true });
  await writeFile(join(target, "tokens.json"), `${JSON.stringify({ ...stored, storedAt: Date.now() }, null, 2)}\n`);
}
