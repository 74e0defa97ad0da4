import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createShiftableClock } from "../../test/support/shiftableClock.ts";
import type { Tables } from "./database/tables.ts";
import { joinNodes } from "./nodeOwnership.ts";

/** One that answers nothing but fences, tells what it was asked, and can be away. */
function fakeDatabase() {
  const asked: CompiledQuery[] = [];
  const line = { isDown: false };
  class Driver extends DummyDriver {
    override acquireConnection() {
      return Promise.resolve({
        async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
          if (line.isDown) throw new Error("The connection was lost");
          asked.push(query);
          return { rows: query.sql.includes("returning fence") ? [{ fence: 1 } as R] : [] };
        },
        streamQuery: () => {
          throw new Error("Nothing is streamed");
        },
      });
    }
  }
  const database = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Driver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return { database, asked, line };
}

test("what a node leaves to others is let go of again, until the database knows", async () => {
  const { database, asked, line } = fakeDatabase();
  const clock = createShiftableClock();
  const nodes = await joinNodes({ database, url: "http://first", clock, logger: pino({ level: "silent" }) });
  nodes.watch({ lost: () => {}, orphaned: async () => {}, living: () => {} });
  await nodes.hold("f1");
  line.isDown = true;
  await expect(nodes.leaveToOthers("f1")).rejects.toThrow("The connection was lost");
  await expect(nodes.hold("f1")).rejects.toThrow();
  line.isDown = false;
  asked.splice(0);
  clock.advance(2_000);
  const leaves = () => asked.filter((query) => query.sql.startsWith("update owners") && query.parameters.includes("f1"));
  await expect.poll(leaves).toHaveLength(1);
  await nodes.close();
});
