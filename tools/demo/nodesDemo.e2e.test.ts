/** `npm run demo -- --nodes 2 --kill-node`, as small as it can be: nothing is lost. */
import { expect, test } from "vitest";
import { hasHaproxy } from "../nodes.ts";
import { findPostgres } from "../postgres.ts";
import { smallDemo } from "./smallDemo.ts";

test.skipIf(!hasHaproxy() || findPostgres() === null)(
  "a demo on two nodes whose owner is killed in a round ends with everybody counted in every round",
  async () => {
    const { federation, clients, rounds } = await smallDemo("--nodes 2 --kill-node --rounds 3");
    expect(federation).toMatchObject({ ended: "finished", killedNodes: 1 });
    expect(clients).toHaveLength(3);
    for (const { accuracy } of clients) expect(accuracy.fused).not.toBeNull();
    for (const { aggregated, dropouts } of rounds) expect([aggregated.length, dropouts]).toEqual([3, []]);
  },
  300_000,
);
