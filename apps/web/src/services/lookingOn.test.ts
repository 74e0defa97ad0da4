import { fakeCoordinator } from "@duet/client/testing/fakes";
import { snapshotOf } from "@duet/client/testing/snapshots";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { createLookingOn } from "./lookingOn.ts";

/** A tab that takes part in `ownFederation`, and a coordinator that pushes. */
function tabOf(ownFederation: string | null) {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const watched: string[] = [];
  const looking = createLookingOn({
    coordinator: {
      ...fakeCoordinator([]).client,
      watch: async (federationId, token) => {
        watched.push(`${federationId} ${token}`);
        return snapshotOf({ federationId });
      },
      onSnapshot: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    storage: { identity: () => null, organiser: () => null, parting: () => null },
    ownFederation: () => ownFederation,
    onSeen: () => {},
  });
  const push = (federationId: string) => {
    for (const listener of listeners) listener(snapshotOf({ federationId, revision: 9, note: "pushed" }));
  };
  return { looking, watched, push };
}

const noteOf = (feed: ReturnType<ReturnType<typeof tabOf>["looking"]["feed"]>) => {
  const seen = feed.get();
  return seen.kind === "live" ? seen.snapshot.note : null;
};

test("the feed that a tab takes part by goes on when another federation is looked at, and is the one for every link", () => {
  const { looking, push } = tabOf("own");
  const own = looking.feed("own", "invite");
  looking.feed("other", "watch");
  push("own");
  expect(noteOf(own)).toBe("pushed");
  expect(looking.feed("own", "another link")).toBe(own);
});

test("federations that are looked at side by side all go on", () => {
  const { looking, push } = tabOf(null);
  const ids = ["first", "second", "third"];
  const feeds = ids.map((id) => {
    const feed = looking.feed(id, "watch");
    feed.subscribe(() => {});
    return feed;
  });
  for (const id of ids) push(id);
  expect(feeds.map(noteOf)).toEqual(["pushed", "pushed", "pushed"]);
});

test("one that nobody looks at any more is kept for who comes back, and closed once another is asked for", () => {
  const { looking, push, watched } = tabOf(null);
  const left = looking.feed("left", "watch");
  left.subscribe(() => {})();
  expect(looking.feed("left", "watch")).toBe(left);
  looking.feed("other", "watch");
  push("left");
  expect(noteOf(left)).not.toBe("pushed");
  expect(looking.feed("left", "watch")).not.toBe(left);
  expect(watched).toEqual(["left watch", "other watch", "left watch"]);
});

test("what this browser has of a federation is shown without the coordinator, and said to be gone only where the coordinator says so", async () => {
  const parting = snapshotOf({ federationId: "over", note: "as it was" });
  const look = (refusal: DuetError, isAway = false) => {
    const fake = fakeCoordinator([]);
    if (isAway) fake.lose();
    const coordinator = { ...fake.client, watch: () => Promise.reject(refusal) };
    const storage = { identity: () => null, organiser: () => null, parting: (id: string) => (id === "over" ? parting : null) };
    return createLookingOn({ coordinator, storage, ownFederation: () => null, onSeen: () => {} });
  };
  const gone = new DuetError("NOT_FOUND", "There is no such federation");
  const late = new DuetError("TIMEOUT", "The coordinator did not answer in time");
  expect(await look(gone).once("over", "resume")).toEqual({ snapshot: parting, isGone: true });
  const forbidden = new DuetError("FORBIDDEN", "This link does not open it");
  expect(await look(forbidden).once("over", "resume")).toEqual({ snapshot: parting, isGone: true });
  expect(await look(late).once("over", "resume")).toEqual({ snapshot: parting, isGone: false });
  expect(await look(gone, true).once("over", "resume")).toEqual({ snapshot: parting, isGone: false });
  await expect(look(gone).once("unknown", "resume")).rejects.toBe(gone);
});
