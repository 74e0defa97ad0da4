import type { ClientIdentity } from "@duet/client/clientIdentity";
import { snapshotOf } from "@duet/client/testing/snapshots";
import { workError } from "@duet/lora-core/errors/workError";
import { expect, test } from "vitest";
import type { NodeEngine } from "../engine/nodeEngine.ts";
import { type RankChooser, rankOfNew } from "./proposedRank.ts";

const config = { ...snapshotOf().config, ranks: "padded" as const };
const split = { train: [], fusion: [], test: [] };
const chooser: RankChooser = { rows: "rows", split, known: null };

/** The rank of one whose base cannot be opened as it is tried, what was said of that, and how often it was tried. */
async function tried(changes: Partial<RankChooser> = {}) {
  const said: (readonly [string, string])[] = [];
  let trials = 0;
  const offer = () => {
    trials += 1;
    return Promise.reject(workError("UNEXPECTED", ["rowsGone"]));
  };
  const device = { coordinator: { offer, baseUrl: "" }, engine: {} as NodeEngine, backend: null };
  const reporter = {
    event: (name: string, text: string) => void said.push([name, text]),
    status: () => undefined,
    result: () => undefined,
  };
  return { rank: await rankOfNew(device, config, { ...chooser, ...changes }, reporter), said, trials };
}

test("a device that could not be tried joins all the same, and says what chooses its rank", async () => {
  const { rank, said } = await tried();
  expect(rank).toBeNull();
  expect(said).toEqual([
    ["note", expect.stringMatching(/^This device was not tried, so its memory alone chooses the rank: .+\.$/)],
  ]);
});

test("one that has joined before is not tried, with or without the rows that it had kept: its rank stays", async () => {
  const known = { clientId: "anna" } as ClientIdentity;
  expect(await tried({ known })).toEqual({ rank: null, said: [], trials: 0 });
  expect(await tried({ known, split: null })).toEqual({ rank: null, said: [], trials: 0 });
});
