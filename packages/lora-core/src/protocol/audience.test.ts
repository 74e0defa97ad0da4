import { expect, test } from "vitest";
import { seenBy } from "./audience.ts";
import { NO_METRICS } from "./metrics.ts";
import type { Snapshot } from "./snapshot.ts";

/** Three clients that tell their figures to different people, after a round. */
function snapshot(): Snapshot {
  const client = (id: string, figures: "everybody" | "organiser" | "nobody") => ({
    ...{ id, name: id, figures, device: null, samples: { train: 1, fusion: 1, test: 1 }, identity: null },
    ...{ status: "present" as const, note: null, lastSeenAt: 0, progress: null, bytesUp: 0, bytesDown: 0, history: [] },
  });
  const view = { round: 1, stage: "federated", took: { anna: 1, bram: 2, chen: 3 } };
  const clients = [client("anna", "everybody"), client("bram", "organiser"), client("chen", "nobody")];
  return { clients, rounds: [view], config: {} } as unknown as Snapshot;
}

test("how long a client took is told to those who see its figures, and the whole snapshot stays where everybody tells everybody", () => {
  expect(seenBy("everybody", snapshot()).rounds[0]?.took).toEqual({ anna: 1 });
  expect(seenBy("organiser", snapshot()).rounds[0]?.took).toEqual({ anna: 1, bram: 2 });
  const open = { ...snapshot(), clients: snapshot().clients.slice(0, 1) };
  expect(seenBy("everybody", open)).toBe(open);
});

test("a client's rank is not to be read from its traffic, which is told with its figures where ranks are unlike", () => {
  const traffic = { bytesUp: 700, bytesDown: 900 };
  const sent = snapshot();
  const entry = { round: 1, metrics: NO_METRICS, standing: null, traffic: { up: 700, down: 900 } };
  const clients = sent.clients.map((client) => ({ ...client, ...traffic, history: [entry], rank: 4 }));
  const alike = { ...sent, clients };
  const unlike: Snapshot = { ...alike, config: { ...sent.config, ranks: "padded" } };
  expect(seenBy("organiser", unlike).clients).toMatchObject([traffic, traffic, { bytesUp: 0, bytesDown: 0 }]);
  expect(seenBy("everybody", unlike).clients).toMatchObject([
    traffic,
    { bytesUp: 0, bytesDown: 0 },
    { bytesUp: 0, bytesDown: 0 },
  ]);
  expect(seenBy("everybody", alike).clients).toMatchObject([traffic, traffic, traffic]);
  const byRound = ({ clients: seen }: Snapshot) => seen.map(({ history }) => history[0]?.traffic?.up ?? null);
  expect(byRound(seenBy("everybody", unlike))).toEqual([700, null, null]);
  expect(byRound(seenBy("everybody", alike))).toEqual([700, 700, 700]);
});
