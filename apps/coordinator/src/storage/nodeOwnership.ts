/** {@link Ownership} among several nodes on one PostgreSQL. Instants are of the database's clock: those of the nodes may differ. */
import { type RawBuilder, sql } from "kysely";
import type { Logger } from "pino";
import type { Cancel, Clock } from "../ports/clock.ts";
import { createId } from "../ports/secrets.ts";
import type { Database } from "./database/openDatabase.ts";
import { LostFederationError, type Ownership, type OwnershipWatcher, type Write } from "./ownership.ts";

/** How long a node may be silent before others run what it ran. */
export const LEASE_MS = 6_000;
const RENEW_MS = 2_000;
/** Rows of nodes that ended without a word. */
const FORGET_MS = 60 * 60_000;

const now: RawBuilder<number> = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
const isAlive = sql`exists (select 1 from nodes where nodes.id = owners.node and nodes.until > ${now})`;

export interface NodeParts {
  readonly database: Database;
  /** Where the other nodes reach this one. */
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Begins the lease of this node, as a new one. */
export async function joinNodes({ database, url, clock, logger }: NodeParts): Promise<Ownership> {
  const node = createId();
  const held = new Map<string, number>();
  /** Whatever becomes of them, as long as this node runs. */
  const leftToOthers = new Set<string>();
  let watcher: OwnershipWatcher | null = null;
  let isClosed = false;
  let cancel: Cancel = () => {};
  let ticking: Promise<void> = Promise.resolve();
  let renewedAt = performance.now();

  async function renew(): Promise<void> {
    const asked = performance.now();
    await sql`insert into nodes (id, url, until) values (${node}, ${url}, ${now} + ${LEASE_MS})
      on conflict (id) do update set until = excluded.until`.execute(database);
    renewedAt = asked;
  }

  function lose(federationId: string, fence: number | undefined): void {
    if (fence === undefined || held.get(federationId) !== fence) return;
    held.delete(federationId);
    logger.warn({ federation: federationId }, "Another node runs this federation now");
    watcher?.lost(federationId);
  }

  /** Its fence, where it was free. */
  async function take(federationId: string): Promise<number | null> {
    if (leftToOthers.has(federationId)) return null;
    const { rows } = await sql<{
      fence: number;
    }>`insert into owners (federation_id, node, fence) values (${federationId}, ${node}, 1)
      on conflict (federation_id) do update set node = excluded.node, fence = owners.fence + 1
      where owners.node is null or not ${isAlive} returning fence`.execute(database);
    const fence = rows[0]?.fence ?? null;
    if (fence !== null) held.set(federationId, fence);
    return fence;
  }

  async function otherOf(federationId: string): Promise<{ readonly isStored: boolean; readonly url: string | null }> {
    const { rows } = await sql<{ url: string | null; stored: boolean }>`select
      (select nodes.url from owners join nodes on nodes.id = owners.node
        where owners.federation_id = ${federationId} and nodes.until > ${now} and nodes.id <> ${node}) as url,
      exists (select 1 from federations where id = ${federationId}) as stored`.execute(database);
    return { isStored: rows[0]?.stored === true, url: rows[0]?.url ?? null };
  }

  const writeOf =
    (federationId: string, fence: number): Write =>
    async (work) => {
      try {
        return await database.transaction().execute(async (transaction) => {
          const { rows } = await sql`select 1 from owners
            where federation_id = ${federationId} and node = ${node} and fence = ${fence} for share`.execute(transaction);
          if (rows.length === 0) throw new LostFederationError();
          return work(transaction);
        });
      } catch (error) {
        if (error instanceof LostFederationError) lose(federationId, fence);
        throw error;
      }
    };

  async function release(federationId: string): Promise<void> {
    const fence = held.get(federationId);
    if (fence === undefined) return;
    held.delete(federationId);
    await sql`update owners set node = null where federation_id = ${federationId} and node = ${node} and fence = ${fence}`.execute(
      database,
    );
  }

  /** What the database could not be told as it was left to others. */
  async function leaveAgain(): Promise<void> {
    if (leftToOthers.size === 0) return;
    const left = sql.join([...leftToOthers]);
    await sql`update owners set node = null where node = ${node} and federation_id in (${left})`.execute(database);
  }

  async function loseWhatOthersTook(): Promise<void> {
    const asked = [...held];
    const { rows } = await sql<{
      id: string;
      fence: number;
    }>`select federation_id as id, fence from owners where node = ${node}`.execute(database);
    const still = new Map(rows.map(({ id, fence }) => [id, fence]));
    for (const [federationId, fence] of asked) if (still.get(federationId) !== fence) lose(federationId, fence);
  }

  async function adoptOrphans(): Promise<void> {
    const { rows } = await sql<{ id: string }>`select federations.id from federations
      left join owners on owners.federation_id = federations.id
      where federations.awake = 1 and (owners.node is null or not ${isAlive}) order by federations.created_at`.execute(database);
    for (const { id } of rows) if (!isClosed) await watcher?.orphaned(id);
  }

  async function livingNodes(): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ url: string }>`select url from nodes where until > ${now}`.execute(database);
    return new Set(rows.map(({ url: each }) => each));
  }

  async function tick(): Promise<void> {
    try {
      await renew();
      await leaveAgain();
      await loseWhatOthersTook();
      watcher?.living(await livingNodes());
      await adoptOrphans();
      await sql`delete from nodes where until < ${now} - ${FORGET_MS}`.execute(database);
    } catch (error) {
      logger.error({ error: String(error) }, "The lease of this node could not be renewed");
      // Others may run by now what this node does.
      if (performance.now() - renewedAt > LEASE_MS) for (const [federationId, fence] of [...held]) lose(federationId, fence);
    }
  }

  function tickLater(): void {
    if (isClosed) return;
    cancel = clock.at(clock.now() + RENEW_MS, () => {
      ticking = tick().finally(tickLater);
    });
  }

  // Whoever was at this address is no more.
  await sql`delete from nodes where url = ${url}`.execute(database);
  await renew();
  return {
    async placeOf(federationId) {
      if (held.has(federationId)) return null;
      const { url: other, isStored } = await otherOf(federationId);
      if (other !== null || !isStored) return other;
      if ((await take(federationId)) !== null) return null;
      return (await otherOf(federationId)).url;
    },
    async hold(federationId) {
      const fence = held.get(federationId) ?? (await take(federationId));
      if (fence === null) throw new LostFederationError();
      return { fence, write: writeOf(federationId, fence) };
    },
    release,
    async leaveToOthers(federationId) {
      leftToOthers.add(federationId);
      await release(federationId);
    },
    watch(given) {
      watcher = given;
      tickLater();
    },
    async close() {
      isClosed = true;
      cancel();
      await ticking;
      await sql`update owners set node = null where node = ${node}`.execute(database);
      await sql`delete from nodes where id = ${node}`.execute(database);
    },
  };
}
