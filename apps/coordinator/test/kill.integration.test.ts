import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startProgram } from "./support/coordinatorProgram.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { clientOwner, connectClient, putPiece } from "./support/testClient.ts";

test("a coordinator killed right after an acknowledgement still has what it acknowledged", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-kill-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startProgram(["--data", dataDir]);
  const { organiser, created } = await createFederation(first.url);
  const anna = await joinAs(first, created, "anna");
  const bram = await joinAs(first, created, "bram");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.2), metrics: testMetrics() });
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await startProgram(["--data", dataDir]);
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
  const first = await startProgram(["--data", dataDir]);
  const { organiser, created } = await createFederation(first.url, { minClients: 1 });
  const anna = await joinAs(first, created, "anna");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  const adapter = constantAdapter(0.2);
  const before = clientOwner(first.url, created.federationId, anna.resumeToken);
  expect(await putPiece(before, adapter, { end: 7000 })).toBe(7000);
  const cutShort = putPiece(before, adapter, { start: 7000 }).catch(() => null);
  first.child.kill("SIGKILL");
  await Promise.all([once(first.child, "exit"), cutShort]);

  const second = await startProgram(["--data", dataDir]);
  const owner = { ...before, url: second.url };
  const held = await putPiece(owner, adapter, { start: 0, end: 0 });
  expect(held).toBeGreaterThanOrEqual(7000);
  expect(await putPiece(owner, adapter, { start: held })).toBe(adapter.byteLength);
  const back = await joinAs(second, created, "anna", { resumeToken: anna.resumeToken });
  await back.client.submit({ round: 1, adapter, metrics: testMetrics() });
  const next = await back.client.until(({ rounds }) => rounds[0]?.closedAt != null, "round 1 is closed");
  expect(next.clients).toMatchObject([{ bytesUp: adapter.byteLength, history: [{ round: 1 }] }]);
});
