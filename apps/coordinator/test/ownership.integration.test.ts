/** Who may write among nodes on one PostgreSQL: the lease, and the fence that outlives it. */
import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { testServer } from "../../../tools/testing/freshDatabase.ts";
import { systemClock } from "../src/ports/clock.ts";
import { openDatabase } from "../src/storage/database/openDatabase.ts";
import { joinNodes } from "../src/storage/nodeOwnership.ts";
import { LostFederationError, type Write } from "../src/storage/ownership.ts";
import { freshDatabase } from "./support/testDatabase.ts";

const FEDERATION = "one";

/** Two nodes, each with connections of its own, and a stored federation that nobody runs. */
async function twoNodes() {
  const url = (await freshDatabase()) as string;
  const open = async () => {
    const database = await openDatabase({ url });
    onTestFinished(() => database.destroy());
    return database;
  };
  const database = await open();
  const join = async (name: string) =>
    joinNodes({ database: await open(), url: name, clock: systemClock, logger: pino({ level: "silent" }) });
  await database
    .insertInto("federations")
    .values({ id: FEDERATION, created_at: 5, version: 1, record: "{}", standing: null, ended_at: null })
    .execute();
  const first = await join("http://first");
  const second = await join("http://second");
  return {
    database,
    first,
    second,
    events: () => database.selectFrom("events").select("event").orderBy("seq").execute(),
    /** As if it had been silent for longer than its lease. */
    endLease: () => sql`update nodes set until = 0 where url = 'http://first'`.execute(database),
  };
}

const event = (seq: number, text: string) => ({ federation_id: FEDERATION, seq, version: 1, event: text, resume_hash: null });
const append = (write: Write, seq: number, text: string) =>
  write((database) => database.insertInto("events").values(event(seq, text)).execute());

describe.skipIf(testServer === undefined)("nodes on one database", () => {
  test("a federation has one owner, and another one only after its lease; then the first one writes nothing more", async () => {
    const { first, second, endLease, events } = await twoNodes();
    const lost: string[] = [];
    first.watch({ lost: (id) => void lost.push(id), orphaned: async () => {}, living: () => {} });
    onTestFinished(() => first.close());
    const held = await first.hold(FEDERATION);
    await append(held.write, 1, "first");
    expect(await second.placeOf(FEDERATION)).toBe("http://first");
    await expect(second.hold(FEDERATION)).rejects.toThrow(LostFederationError);

    await endLease();
    expect(await second.placeOf(FEDERATION)).toBeNull();
    const taken = await second.hold(FEDERATION);
    expect(taken.fence).toBe(held.fence + 1);
    // Nothing that the database has would keep it from this number.
    await expect(append(held.write, 7, "late")).rejects.toThrow(LostFederationError);
    expect(await events()).toEqual([{ event: "first" }]);
    expect(lost).toEqual([FEDERATION]);
    expect(await first.placeOf(FEDERATION)).toBe("http://second");
    await append(taken.write, 2, "second");
    await second.release(FEDERATION);
    // Its fence is higher than any before, also for the node that had it first.
    expect((await first.hold(FEDERATION)).fence).toBe(taken.fence + 1);
    await expect(append(taken.write, 3, "later")).rejects.toThrow(LostFederationError);
  });

  test("what is being written when the lease ends is there for the next owner, or was never promised", async () => {
    const { first, second, endLease, events } = await twoNodes();
    const { write } = await first.hold(FEDERATION);
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let began = () => {};
    const underWay = new Promise<void>((resolve) => {
      began = resolve;
    });
    const writing = write(async (database) => {
      await database.insertInto("events").values(event(1, "in the middle")).execute();
      began();
      await gate;
    });
    await underWay;
    await endLease();
    const taking = second.hold(FEDERATION);
    finish();
    await writing;
    await taking;
    expect(await events()).toEqual([{ event: "in the middle" }]);
  });

  test("a node that stops in the middle of a write keeps nobody from taking over, and its write does not count", async () => {
    const { first, second, endLease, events } = await twoNodes();
    const { write } = await first.hold(FEDERATION);
    let wake = () => {};
    const paused = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const writing = write(async (database) => {
      await database.insertInto("events").values(event(1, "never promised")).execute();
      await paused;
    });
    writing.catch(() => {});
    await endLease();
    const { fence } = await second.hold(FEDERATION);
    expect(fence).toBe(2);
    wake();
    await expect(writing).rejects.toThrow();
    expect(await events()).toEqual([]);
  });
});
