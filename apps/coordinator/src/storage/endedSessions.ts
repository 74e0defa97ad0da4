/** Sessions that their owners have ended before their time, so that no copy of their cookies opens anything. */
import type { Database } from "./database/openDatabase.ts";

export interface EndedSessions {
  /** On disk when it resolves. `until`: when it would have ended by itself. */
  add(id: string, until: number): Promise<void>;
  has(id: string): boolean;
}

/** Forgets those that are over by `now` anyway. */
export async function openEndedSessions(database: Database, now: number): Promise<EndedSessions> {
  await database.deleteFrom("ended_sessions").where("until", "<=", now).execute();
  const rows = await database.selectFrom("ended_sessions").select("id").execute();
  const ended = new Set(rows.map(({ id }) => id));
  return {
    async add(id, until) {
      if (ended.has(id)) return;
      // From now on, whether or not it can be written: a restart is the exception.
      ended.add(id);
      await database
        .insertInto("ended_sessions")
        .values({ id, until })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },
    has: (id) => ended.has(id),
  };
}
