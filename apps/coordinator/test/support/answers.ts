/** What became of the answers of a federation's clients, by the database and by its shared adapter. */
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { blobPath, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { expect } from "vitest";
import { type Created, layout } from "./federations.ts";
import type { MovingClient } from "./movingClient.ts";
import { inDatabase } from "./testDatabase.ts";

/** As they are stored, in order. */
export const eventsOf = (databaseUrl: string, federationId: string) =>
  inDatabase({ dataDir: "", databaseUrl }, (database) =>
    database.selectFrom("events").selectAll().where("federation_id", "=", federationId).orderBy("seq").execute(),
  );

/** In the journal everybody answered each of these rounds once, and no other. */
export function expectAnswers(
  events: Awaited<ReturnType<typeof eventsOf>>,
  rounds: readonly number[],
  ids: readonly string[],
): void {
  const submitted = events.map(({ event }) => JSON.parse(event)).filter(({ type }) => type === "submitted");
  const expected = rounds.flatMap((round) => ids.map((id) => `${round} ${id}`));
  expect(submitted.map(({ round, clientId }) => `${round} ${clientId}`).toSorted()).toEqual(expected.toSorted());
}

/** Every value of the shared adapter is what it began with, less this. */
export async function expectLearned(url: string, created: Created, client: MovingClient, round: number, sum: number) {
  const { adapter } = await client.coordinator.request("round:fetch", { round });
  const headers = { [RESUME_TOKEN_HEADER]: client.resumeToken };
  const answer = await fetch(url + blobPath(created.federationId, adapter?.sha256 ?? ""), { headers });
  const served = decodeAdapter(new Uint8Array(await answer.arrayBuffer()), layout);
  for (const [key, { data }] of initialAdapter(layout, 7)) {
    data.forEach((value, index) => {
      expect(served.get(key)?.data[index]).toBeCloseTo(value - sum, 5);
    });
  }
}
