/** What is kept, for how long, and how it is taken along and deleted; what a restart opens and what it leaves closed. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ORGANISER_KEY_HEADER, WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { createToken, hashToken } from "../src/ports/secrets.ts";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import {
  type Created,
  constantAdapter,
  createFederation,
  joinAs,
  listed,
  testConfig,
  testMetrics,
} from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";
import { inDatabase } from "./support/testDatabase.ts";

const MINUTE = 60_000;

/** One client runs so many rounds; the fusing one is left open. */
async function afterRounds(coordinator: CoordinatorUnderTest, rounds: number) {
  const { budgets } = testConfig();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1, budgets: { ...budgets, rounds } });
  const anna = await joinAs(coordinator, created, "anna");
  for (let round = 1; round <= rounds; round++) {
    await organiser.until(({ openRound }) => openRound?.round === round, `round ${round}`);
    await anna.client.submit({ round, adapter: constantAdapter(0.1 * round), metrics: testMetrics() });
  }
  await organiser.until(({ openRound }) => openRound?.round === rounds + 1, "the fusing round");
  return { organiser, created, anna };
}

async function stop(organiser: Awaited<ReturnType<typeof connectClient>>, { federationId, organiserKey }: Created) {
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "stop" } });
}

const adapterOf = ({ url }: CoordinatorUnderTest, { federationId, watchToken }: Created, round: number) =>
  fetch(`${url}/federations/${federationId}/adapters/${round}.safetensors`, { headers: { [WATCH_TOKEN_HEADER]: watchToken } });

const asOrganiser = ({ url }: CoordinatorUnderTest, { federationId }: Created, path: string, key: string, method = "GET") =>
  fetch(`${url}/federations/${federationId}${path}`, { method, headers: { [ORGANISER_KEY_HEADER]: key } });

async function tarContents(file: Uint8Array): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const entries = extract();
  entries.end(file);
  for await (const entry of entries) {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry) pieces.push(piece as Uint8Array);
    contents.set(entry.header.name, Buffer.concat(pieces));
  }
  return contents;
}

test("the shared adapters of the last rounds are kept; an earlier one says so", async () => {
  const coordinator = await startCoordinator({ keepRounds: 1 });
  const { created } = await afterRounds(coordinator, 3);
  await expect.poll(async () => (await adapterOf(coordinator, created, 1)).status).toBe(404);
  expect(await (await adapterOf(coordinator, created, 1)).json()).toEqual({
    error: "The shared adapter of round 1 is not kept any more: this coordinator keeps those of the last rounds",
  });
  for (const round of [2, 3]) expect((await adapterOf(coordinator, created, round)).status).toBe(200);
  // Two adapters, and one empty memory for both.
  await expect.poll(() => readdir(join(coordinator.dataDir, "blobs", created.federationId))).toHaveLength(3);
  await coordinator.restart();
  expect((await adapterOf(coordinator, created, 3)).status).toBe(200);
});

test("its organiser takes a federation along as one file, without secrets", async () => {
  const coordinator = await startCoordinator();
  const { created, anna } = await afterRounds(coordinator, 2);
  for (const key of ["", created.watchToken, created.inviteToken]) {
    expect((await asOrganiser(coordinator, created, "/export", key)).status).toBe(403);
  }
  const answer = await asOrganiser(coordinator, created, "/export", created.organiserKey);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-tar"]);
  const file = new Uint8Array(await answer.arrayBuffer());
  const contents = await tarContents(file);
  expect([...contents.keys()]).toEqual(["federation.json", "journal.jsonl", "adapters/1.safetensors", "adapters/2.safetensors"]);
  expect(JSON.parse(String(contents.get("federation.json")))).toMatchObject({ config: { name: "ward-notes" } });
  const events = String(contents.get("journal.jsonl")).trimEnd().split("\n");
  expect(events.map((line) => JSON.parse(line).type)).toEqual(
    expect.arrayContaining(["clientJoined", "submitted", "aggregated"]),
  );
  const second = Buffer.from(await (await adapterOf(coordinator, created, 2)).arrayBuffer());
  expect(contents.get("adapters/2.safetensors")?.equals(second)).toBe(true);
  for (const secret of [created.organiserKey, created.inviteToken, anna.resumeToken]) {
    expect(Buffer.from(file).includes(secret)).toBe(false);
  }
  const key = await readFile(join(coordinator.dataDir, "link-key"));
  for (const form of [key, key.toString("hex"), key.toString("base64url"), '"links"']) {
    expect(Buffer.from(file).includes(form)).toBe(false);
  }
});

test("its organiser deletes a federation that has ended, with all that is stored of it", async () => {
  const coordinator = await startCoordinator({ limits: { maxFederations: 1 } });
  const { organiser, created } = await afterRounds(coordinator, 1);
  const erase = (key: string) => asOrganiser(coordinator, created, "", key, "DELETE");
  expect((await erase(created.inviteToken)).status).toBe(403);
  const early = await erase(created.organiserKey);
  expect([early.status, await early.json()]).toMatchObject([409, { error: { code: "STILL_RUNNING" } }]);
  await stop(organiser, created);
  expect((await erase(created.organiserKey)).status).toBe(200);
  expect((await erase(created.organiserKey)).status).toBe(404);
  const client = await connectClient(coordinator.url);
  expect(await client.call("federation:list", {})).toEqual({ federations: [], unreadable: 0 });
  expect(await client.codeOf("federation:watch", { federationId: created.federationId, token: created.watchToken })).toBe(
    "NOT_FOUND",
  );
  for (const table of ["federations", "events", "artifacts"] as const) {
    expect(await inDatabase(coordinator, (database) => database.selectFrom(table).selectAll().execute())).toEqual([]);
  }
  expect(await readdir(join(coordinator.dataDir, "blobs"))).toEqual([]);
  // There is room for another one.
  await createFederation(coordinator.url, {}, listed);
  await coordinator.restart();
  expect((await (await connectClient(coordinator.url)).call("federation:list", {})).federations).toHaveLength(1);
});

test("federations that ended long ago become one file each; others stay", async () => {
  const coordinator = await startCoordinator({ archiveAfterDays: 30 });
  const ended = await afterRounds(coordinator, 1);
  const other = await createFederation(coordinator.url, { name: "going on" }, listed);
  await stop(ended.organiser, ended.created);
  const { federationId } = ended.created;
  for (const { socket } of [ended.organiser, ended.anna.client, other.organiser]) socket.disconnect();
  // Nobody looks on: it is closed, and archived when it is old enough.
  const asleep = () =>
    inDatabase(coordinator, (database) =>
      database.selectFrom("federations").select("awake").where("id", "=", federationId).execute(),
    );
  await expect
    .poll(
      () => {
        coordinator.clock.advance(11 * MINUTE);
        return asleep();
      },
      { timeout: 20_000 },
    )
    .toEqual([{ awake: 0 }]);
  coordinator.clock.advance(31 * 24 * 60 * MINUTE);
  const path = join(coordinator.dataDir, "archive", `${federationId}.tar`);
  await expect
    .poll(
      () =>
        stat(path).then(
          ({ size }) => size > 0,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  expect([...(await tarContents(await readFile(path))).keys()]).toContain("adapters/1.safetensors");
  const list = async () =>
    (await (await connectClient(coordinator.url)).call("federation:list", {})).federations.map(({ name }) => name);
  await expect.poll(list).toEqual(["going on"]);
});

test("a limit on federations holds when many are asked for at once", async () => {
  const coordinator = await startCoordinator({ limits: { maxFederations: 3 } });
  const client = await connectClient(coordinator.url);
  const codes = await Promise.all(Array.from({ length: 12 }, () => client.codeOf("federation:create", { config: testConfig() })));
  expect(codes.filter((code) => code === "OK")).toHaveLength(3);
  expect(new Set(codes)).toEqual(new Set(["OK", "RATE_LIMITED"]));
});

test("a restart opens what was under way and nothing else; the rest is listed, and opened when somebody asks", async () => {
  const coordinator = await startCoordinator({ limits: { maxFederations: 5000 } });
  const running = await afterRounds(coordinator, 1);
  const sleeping = await createFederation(coordinator.url, { name: "sleeping" }, listed);
  // Signed codes name their federation; one of Duet 0.1 does for all copies.
  const token = createToken();
  sleeping.organiser.socket.disconnect();
  await coordinator.restart(() =>
    inDatabase(coordinator, async (database) => {
      const row = await database
        .selectFrom("federations")
        .selectAll()
        .where("id", "=", sleeping.created.federationId)
        .executeTakeFirstOrThrow();
      for (let start = 0; start < 1000; start += 100) {
        const copies = Array.from({ length: 100 }, (_, index) => {
          const id = `copy-${start + index}`;
          const rename = (json: string | null) =>
            String(json)
              .replaceAll(row.id, id)
              .replaceAll('"olderHash":null', `"olderHash":"${hashToken(token)}"`);
          return { ...row, id, record: rename(row.record), standing: rename(row.standing) };
        });
        await database.insertInto("federations").values(copies).execute();
      }
    }),
  );
  const awake = () =>
    inDatabase(coordinator, (database) => database.selectFrom("federations").select("id").where("awake", "=", 1).execute());
  expect(await awake()).toEqual([{ id: running.created.federationId }]);
  const client = await connectClient(coordinator.url);
  const { federations, unreadable } = await client.call("federation:list", {});
  expect([federations.length, unreadable]).toEqual([1001, 0]);
  const snapshot = await client.watch("copy-7", token);
  expect(snapshot).toMatchObject({ federationId: "copy-7", phase: "waiting", config: { name: "sleeping" } });
  expect((await awake()).map(({ id }) => id)).toEqual([running.created.federationId, "copy-7"]);
  await client.call("federation:watch", { federationId: running.created.federationId, token: running.created.watchToken });
});
