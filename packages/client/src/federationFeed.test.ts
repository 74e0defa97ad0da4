import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, test, vi } from "vitest";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { openFederationFeed } from "./federationFeed.ts";
import { fakeCoordinator } from "./testing/fakes.ts";
import { snapshotOf } from "./testing/snapshots.ts";

/** A coordinator that refuses these tokens, and knows no other way. */
function refusing(refused: ReadonlyMap<string, DuetError>) {
  const fake = fakeCoordinator([]);
  const tried: string[] = [];
  const client: CoordinatorClient = {
    ...fake.client,
    watch: async (_federationId, token) => {
      tried.push(token);
      const refusal = refused.get(token);
      if (refusal) throw refusal;
      return snapshotOf();
    },
  };
  return { client, tried, comeBack: fake.comeBack };
}

const ended = new DuetError("LINK_ENDED", "This link was replaced; ask the organiser for the new one");
const wrong = new DuetError("FORBIDDEN", "The organiser removed this client");

test("looks on by the next token where a link was replaced, and guesses no further after a refusal", async () => {
  const { client, tried } = refusing(new Map([["invite", ended]]));
  const feed = openFederationFeed(client, "f", { tokens: () => ["invite", "resume"] });
  await expect.poll(() => feed.get().kind).toBe("live");
  expect(tried).toEqual(["invite", "resume"]);
  const removed = refusing(new Map([["invite", wrong]]));
  const shut = openFederationFeed(removed.client, "f", { tokens: () => ["invite", "resume"] });
  await expect
    .poll(() => shut.get())
    .toMatchObject({ kind: "refused", failure: { sentence: "The organiser removed this client." } });
  expect(removed.tried).toEqual(["invite"]);
});

test("who may not look on any more is told so, also in the middle; who was removed keeps what it last saw", async () => {
  const refused = new Map<string, DuetError>();
  const { client, comeBack } = refusing(refused);
  let parting: ReturnType<typeof snapshotOf> | null = null;
  const feed = openFederationFeed(client, "f", { tokens: () => ["watch"], parting: () => parting });
  await expect.poll(() => feed.get().kind).toBe("live");
  refused.set("watch", ended);
  comeBack();
  await expect.poll(() => feed.get().kind).toBe("refused");
  parting = snapshotOf({ note: "as it was" });
  comeBack();
  await expect.poll(() => feed.get()).toMatchObject({ kind: "live", snapshot: { note: "as it was" } });
});

test("while the coordinator is away, what is kept of a federation is shown", async () => {
  const fake = fakeCoordinator([]);
  const client = { ...fake.client, watch: async () => snapshotOf({ note: "now" }) };
  fake.lose();
  const feed = openFederationFeed(client, "f", { tokens: () => ["watch"], parting: () => snapshotOf({ note: "as it was" }) });
  expect(feed.get()).toMatchObject({ kind: "live", snapshot: { note: "as it was" } });
  fake.comeBack();
  await expect.poll(() => feed.get()).toMatchObject({ kind: "live", snapshot: { note: "now" } });
});

test("a coordinator that has no time, or no node for it yet, is asked again on the same connection", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const refused = new Map([["watch", new DuetError("TIMEOUT", "The coordinator did not answer in time")]]);
    const { client, tried } = refusing(refused);
    const feed = openFederationFeed(client, "f", { tokens: () => ["watch"] });
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.get()).toMatchObject({ kind: "refused", failure: { sentence: "The coordinator did not answer in time." } });
    refused.clear();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(feed.get().kind).toBe("live");
    expect(tried).toEqual(["watch", "watch"]);
  } finally {
    vi.useRealTimers();
  }
});
