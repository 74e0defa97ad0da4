import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, joinAs, joinRequest, testConfig, testMetrics } from "./support/federations.ts";
import { OPERATOR_KEY, operatorCookie, withOperatorKey } from "./support/operator.ts";
import { rawGet, sendRaw } from "./support/rawHttp.ts";
import { connectClient } from "./support/testClient.ts";

const wrong = "x".repeat(32);
const from = (address: string) => ({ "x-forwarded-for": address });
const proxied = { ...withOperatorKey, trustProxy: ["loopback"] };

const tryKey = async (url: string, key: string, address: string) => {
  const headers = { "content-type": "application/json", ...from(address) };
  const answer = await fetch(`${url}/session`, { method: "POST", headers, body: JSON.stringify({ key }) });
  return { status: answer.status, text: await answer.text() };
};

test("wrong operator keys lock their address out, each time for longer; another address goes on", async () => {
  const { url, clock } = await startCoordinator(proxied);
  const lockOut = async () => {
    for (let tries = 0; tries < 10; tries++) expect((await tryKey(url, wrong, "203.0.113.1")).status).toBe(403);
    expect((await tryKey(url, OPERATOR_KEY, "203.0.113.1")).status).toBe(429);
    expect((await tryKey(url, OPERATOR_KEY, "203.0.113.2")).status).toBe(200);
  };
  await lockOut();
  clock.advance(60_001);
  expect((await tryKey(url, OPERATOR_KEY, "203.0.113.1")).status).toBe(200);
  await lockOut();
  clock.advance(60_001);
  const refused = await tryKey(url, OPERATOR_KEY, "203.0.113.1");
  expect(refused.text).toMatch(
    /"LOCKED_OUT".*Too many wrong operator keys came from this address; it may try again in 60 seconds/,
  );
  clock.advance(60_001);
  expect((await tryKey(url, OPERATOR_KEY, "203.0.113.1")).status).toBe(200);
});

test("an address that the client itself made up does not help, and a whole /64 of IPv6 is one address", async () => {
  const { url } = await startCoordinator(proxied);
  for (let tries = 0; tries < 10; tries++)
    await tryKey(url, wrong, `2001:db8:1:2::${tries}, 203.0.113.${tries}, 2001:db8:1:2:${tries}::7`);
  expect((await tryKey(url, OPERATOR_KEY, "2001:db8:1:2:ffff::1")).status).toBe(429);
  expect((await tryKey(url, OPERATOR_KEY, "2001:db8:1:3::1")).status).toBe(200);
});

test("guessing links and organiser keys is stopped over sockets and HTTP together, whoever has the right one elsewhere goes on", async () => {
  const { url } = await startCoordinator(proxied);
  const cookie = await operatorCookie(url);
  const organiser = await connectClient(url, { headers: { cookie } });
  const created = await organiser.call("federation:create", { config: testConfig() });
  const { federationId, watchToken, organiserKey } = created;
  const guess = (organiserGuess: string) => ({ federationId, organiserKey: organiserGuess, action: { kind: "pause" } });

  const attacker = await connectClient(url, { headers: from("203.0.113.9") });
  const codes: string[] = [];
  for (let tries = 0; tries < 40; tries++) codes.push(await attacker.codeOf("federation:control", guess(wrong)));
  expect(codes).toEqual([...Array(20).fill("FORBIDDEN"), ...Array(20).fill("LOCKED_OUT")]);
  const again = await connectClient(url, { headers: from("203.0.113.9") });
  expect(await again.codeOf("federation:control", guess(organiserKey))).toBe("LOCKED_OUT");
  const exported = await fetch(`${url}/federations/${federationId}/export`, {
    headers: { "x-organiser-key": organiserKey, ...from("203.0.113.9") },
  });
  expect(exported.status).toBe(429);
  // Another kind of secret is another matter.
  expect(await again.codeOf("federation:watch", { federationId, token: watchToken })).toBe("OK");
  for (let tries = 0; tries < 50; tries++) {
    await fetch(`${url}/federations/${federationId}/history?token=${wrong}`, { headers: from("203.0.113.9") });
  }
  expect(await again.codeOf("federation:watch", { federationId, token: watchToken })).toBe("LOCKED_OUT");
  expect(await organiser.codeOf("federation:control", guess(organiserKey))).not.toBe("LOCKED_OUT");
  const elsewhere = await connectClient(url, { headers: from("203.0.113.10") });
  expect(await elsewhere.codeOf("client:join", joinRequest(created, "anna", 10))).toBe("OK");
});

test("a join that finds too many under way is told when to come again, and then comes in", async () => {
  const { url } = await startCoordinator({ limits: { joinsAtOnce: 1 } });
  const organiser = await connectClient(url);
  const created = await organiser.call("federation:create", { config: testConfig({ maxClients: 12, minClients: 12 }) });
  const join = async (name: string) => {
    const client = await connectClient(url);
    const request = joinRequest(created, name, 10);
    let refusals = 0;
    for (;;) {
      const answer = await client.socket.timeout(10_000).emitWithAck("client:join", request);
      if (answer.ok) return refusals;
      expect(answer.error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: expect.any(Number) });
      expect(answer.error.retryAfterMs).toBeGreaterThanOrEqual(1_000);
      refusals += 1;
      await new Promise((resolve) => setTimeout(resolve, 100 + 13 * refusals));
    }
  };
  const refusals = await Promise.all(Array.from({ length: 12 }, (_, index) => join(`ward ${index}`)));
  expect(Math.max(...refusals)).toBeGreaterThan(0);
});

test("creations at once are counted before any of them is stored, by address and in all", async () => {
  const create = async (settings: object, count: number) => {
    const { url, clock } = await startCoordinator(settings);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectClient(url)));
    const codes = await Promise.all(
      Array.from({ length: count }, (_, index) => clients[index % 4]?.codeOf("federation:create", { config: testConfig() })),
    );
    return { codes: codes.toSorted(), clock, client: clients[0] };
  };
  const inAll = await create({ limits: { maxFederations: 5 } }, 30);
  expect(inAll.codes).toEqual([...Array(5).fill("OK"), ...Array(25).fill("RATE_LIMITED")]);
  const hourly = await create({ limits: { federationsPerHour: 6 } }, 30);
  expect(hourly.codes).toEqual([...Array(6).fill("OK"), ...Array(24).fill("QUOTA_USED_UP")]);
  hourly.clock.advance(10 * 60_000);
  expect(await hourly.client?.codeOf("federation:create", { config: testConfig() })).toBe("OK");
  expect(await hourly.client?.codeOf("federation:create", { config: testConfig() })).toBe("QUOTA_USED_UP");
});

test("a federation that was not made counts for nothing, and an account is counted wherever it comes from", async () => {
  const { url } = await startCoordinator({ ...proxied, limits: { federationsPerHour: 2 } });
  const cookie = await operatorCookie(url);
  const at = (address: string) => connectClient(url, { headers: { cookie, ...from(address) } });
  const first = await at("203.0.113.1");
  const broken = testConfig({ adapter: { rank: 2, alpha: 4, dropout: 0, targetModules: ["no_proj"] } });
  for (let tries = 0; tries < 5; tries++)
    expect(await first.codeOf("federation:create", { config: broken })).toBe("INVALID_PAYLOAD");
  expect(await first.codeOf("federation:create", { config: testConfig() })).toBe("OK");
  const second = await at("203.0.113.2");
  expect(await second.codeOf("federation:create", { config: testConfig() })).toBe("OK");
  const third = await at("203.0.113.3");
  expect(await third.codeOf("federation:create", { config: testConfig() })).toBe("QUOTA_USED_UP");
});

test("sockets of one address are counted while they are open, and others come in", async () => {
  const { url } = await startCoordinator({ ...proxied, limits: { socketsPerAddress: 3 } });
  const at = (address: string) => connectClient(url, { headers: from(address) });
  const open = await Promise.all([at("203.0.113.1"), at("203.0.113.1"), at("203.0.113.1")]);
  await expect(at("203.0.113.1")).rejects.toThrow();
  const polling = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: from("203.0.113.1") });
  expect(await polling.text()).toContain("has 3 connections open already");
  const upgrade = {
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const path = "/socket.io/?EIO=4&transport=websocket";
  const refused = await sendRaw(url, rawGet(path, { host: new URL(url).host, ...from("203.0.113.1"), ...upgrade }));
  expect(refused.status).toBe(429);
  expect(JSON.parse(refused.body)).toMatchObject({ error: { code: "QUOTA_USED_UP", told: ["connectionsOpen", 3] } });
  await at("203.0.113.2");
  open[0]?.socket.disconnect();
  await expect
    .poll(() =>
      at("203.0.113.1").then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  // Handshakes that come to nothing take no place.
  for (let tries = 0; tries < 5; tries++) {
    await fetch(`${url}/socket.io/?EIO=3&transport=polling`, { headers: { ...from("203.0.113.4"), connection: "close" } });
  }
  await expect
    .poll(() =>
      at("203.0.113.4").then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

test("the audit log says who did what, once a lock-out; no log has a secret in it, and the file is private", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duet-audit-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const auditLog = join(folder, "audit.jsonl");
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const coordinator = await startCoordinator({ ...withOperatorKey, auditLog, logger });
  const { url } = coordinator;
  const cookie = await operatorCookie(url);
  const organiser = await connectClient(url, { headers: { cookie } });
  const created = await organiser.call("federation:create", {
    config: testConfig({ minClients: 1, maxClients: 1, budgets: { ...testConfig().budgets, rounds: 1 } }),
  });
  const { federationId, organiserKey, watchToken, inviteToken } = created;
  await organiser.watch(federationId, watchToken);
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.1), metrics: testMetrics() });
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "stop" } });
  for (let tries = 0; tries < 70; tries++) await organiser.codeOf("federation:watch", { federationId, token: wrong });
  const headers = { "x-organiser-key": organiserKey };
  await (await fetch(`${url}/federations/${federationId}/export`, { headers })).arrayBuffer();
  expect((await fetch(`${url}/federations/${federationId}`, { method: "DELETE", headers })).status).toBe(200);
  await fetch(`${url}/federations/${federationId}/history?token=${wrong}`);

  const entries = (await readFile(auditLog, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const events = entries.map(({ event }) => event);
  for (const event of ["signIn", "create", "join", "control", "refused", "lockout", "export", "delete"])
    expect(events).toContain(event);
  expect(events.filter((event) => event === "lockout")).toHaveLength(1);
  expect(entries.find(({ event }) => event === "create")).toMatchObject({
    audit: true,
    federation: federationId,
    address: "127.0.0.1",
    account: "operator",
  });
  expect(entries.find(({ event }) => event === "refused")).toMatchObject({ code: "FORBIDDEN", action: "federation:watch" });
  expect((await stat(auditLog)).mode & 0o777).toBe(0o600);
  const logged = `${lines.join("")}${await readFile(auditLog, "utf8")}`;
  expect(logged).toContain(federationId);
  const secrets = { OPERATOR_KEY, cookie, organiserKey, watchToken, inviteToken, resume: anna.resumeToken, wrong };
  for (const [name, secret] of Object.entries(secrets)) expect([name, logged.includes(secret)]).toEqual([name, false]);
});
