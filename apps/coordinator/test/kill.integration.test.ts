import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { expect, onTestFinished, test } from "vitest";
import { startProgram } from "./support/coordinatorProgram.ts";
import { constantAdapter, createFederation, joinAs, layout, testMetrics } from "./support/federations.ts";
import { clientOwner, connectClient, putPiece } from "./support/testClient.ts";
import { freshDatabase } from "./support/testDatabase.ts";

test("a coordinator killed right after an acknowledgement still has what it acknowledged", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-kill-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  const first = await startProgram(["--data", dataDir], databaseUrl);
  const { organiser, created } = await createFederation(first.url);
  const anna = await joinAs(first, created, "anna");
  const bram = await joinAs(first, created, "bram");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.2), metrics: testMetrics() });
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await startProgram(["--data", dataDir], databaseUrl);
  const watcher = await connectClient(second.url);
  const token = created.watchToken;
  const snapshot = await watcher.watch(created.federationId, token);
  expect(snapshot).toMatchObject({ phase: "collecting", openRound: { round: 1 }, clients: [{ history: [{ round: 1 }] }, {}] });
  const back = await joinAs(second, created, "bram", { resumeToken: bram.resumeToken });
  await back.client.submit({ round: 1, adapter: constantAdapter(0.2), metrics: testMetrics() });
  const next = await watcher.until(({ rounds }) => rounds[0]?.closedAt != null, "round 1 is closed");
  expect(next.rounds[0]?.aggregated).toEqual([anna.clientId, bram.clientId]);

  second.child.kill("SIGTERM");
  expect(await once(second.child, "exit")).toEqual([0, null]);
});

test("a coordinator killed in the middle of an upload goes on with what it had", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-kill-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  const first = await startProgram(["--data", dataDir], databaseUrl);
  const { organiser, created } = await createFederation(first.url, { minClients: 1 });
  const anna = await joinAs(first, created, "anna");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  const adapter = constantAdapter(0.2);
  const before = clientOwner(first.url, created.federationId, anna.resumeToken);
  expect(await putPiece(before, adapter, { end: 7000 })).toBe(7000);
  const cutShort = putPiece(before, adapter, { start: 7000 }).catch(() => null);
  first.child.kill("SIGKILL");
  await Promise.all([once(first.child, "exit"), cutShort]);

  const second = await startProgram(["--data", dataDir], databaseUrl);
  const owner = { ...before, url: second.url };
  const held = await putPiece(owner, adapter, { start: 0, end: 0 });
  expect(held).toBeGreaterThanOrEqual(7000);
  expect(await putPiece(owner, adapter, { start: held })).toBe(adapter.byteLength);
  const back = await joinAs(second, created, "anna", { resumeToken: anna.resumeToken });
  await back.client.submit({ round: 1, adapter, metrics: testMetrics() });
  const next = await back.client.until(({ rounds }) => rounds[0]?.closedAt != null, "round 1 is closed");
  expect(next.clients).toMatchObject([{ bytesUp: adapter.byteLength, history: [{ round: 1 }] }]);
});

test("told to stop while three submit it ends within five seconds, and what it acknowledged is there", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-stop-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  const first = await startProgram(["--data", dataDir], databaseUrl);
  const { created } = await createFederation(first.url, { minClients: 3 });
  const clients = await Promise.all(["anna", "bram", "cleo"].map((name) => joinAs(first, created, name)));
  const adapter = constantAdapter(0.2);
  for (const { client } of clients) await client.until(({ openRound }) => openRound?.round === 1, "round 1");
  const acknowledged = new Set<string>();
  const submitting = clients.map(({ client, clientId }) =>
    client.submit({ round: 1, adapter, metrics: testMetrics() }).then(
      () => acknowledged.add(clientId),
      () => {},
    ),
  );
  await submitting[0];
  first.child.kill("SIGTERM");
  // Whoever restarts it is promised this, whatever is under way.
  expect(await once(first.child, "exit", { signal: AbortSignal.timeout(5_000) })).toEqual([0, null]);
  for (const { client } of clients) client.socket.disconnect();

  const second = await startProgram(["--data", dataDir], databaseUrl);
  const watcher = await connectClient(second.url);
  const { clients: seen } = await watcher.watch(created.federationId, created.watchToken);
  for (const clientId of acknowledged) {
    expect(seen.find(({ id }) => id === clientId)?.history.map(({ round }) => round)).toEqual([1]);
  }
});

test("killed ten times, right after an acknowledgement and in the middle of an aggregation, every round counts everyone once", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-kill-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  const rounds = 5;
  let program = await startProgram(["--data", dataDir], databaseUrl);
  const { created } = await createFederation(program.url, {
    budgets: { local: { unit: "steps", amount: 1 }, inner: { unit: "steps", amount: 1 }, rounds },
  });
  const tokens = { anna: "a".repeat(32), bram: "b".repeat(32) };
  const rejoined = async () => {
    const anna = await joinAs(program, created, "anna", { resumeToken: tokens.anna });
    const bram = await joinAs(program, created, "bram", { resumeToken: tokens.bram });
    return { anna: anna.client, bram: bram.client };
  };
  let clients = await rejoined();
  const killed = async () => {
    program.child.kill("SIGKILL");
    await once(program.child, "exit");
    program = await startProgram(["--data", dataDir], databaseUrl);
    clients = await rejoined();
  };
  for (let round = 1; round <= rounds; round++) {
    await clients.anna.until(({ openRound }) => openRound?.round === round, `round ${round}`, 30_000);
    await clients.anna.submit({ round, adapter: constantAdapter(0.1 * round), metrics: testMetrics() });
    await killed();
    await clients.bram.submit({ round, adapter: constantAdapter(0.3 * round), metrics: testMetrics() });
    await killed();
  }
  const end = await clients.anna.until(({ openRound }) => openRound?.round === rounds + 1, "the fusing round", 30_000);
  // What is pushed has the newest rounds; the values below count all of them.
  for (const { round, aggregated } of end.rounds.slice(0, -1)) expect([round, aggregated.length]).toEqual([round, 2]);
  const served = decodeAdapter((await clients.anna.fetchAdapter(rounds + 1)) as Uint8Array, layout);
  // Every round takes the mean off: 0.2 * (1 + 2 + 3 + 4 + 5) = 3.
  for (const [key, { data }] of initialAdapter(layout, 7)) {
    data.forEach((value, index) => {
      expect(served.get(key)?.data[index]).toBeCloseTo(value - 3, 5);
    });
  }
}, 300_000);
