import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, testMetrics } from "./support/federations.ts";
import { OPERATOR_KEY, operatorCookie, withOperatorKey } from "./support/operator.ts";

/** Figures by their names with labels. */
async function figuresOf(url: string, headers: Record<string, string> = {}): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/plain");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]));
}

test("figures follow what happens, by fixed names, with nobody's name or id among them", async () => {
  const coordinator = await startCoordinator();
  const { url } = coordinator;
  const { organiser, created } = await createFederation(url);
  const anna = await joinAs(coordinator, created, "anna");
  const bram = await joinAs(coordinator, created, "bram");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.client.fetchAdapter(1);
  for (const { client } of [anna, bram]) {
    await client.submit({ round: 1, adapter: constantAdapter(0.5), metrics: testMetrics() });
  }
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  expect(await bram.client.codeOf("round:fetch", { round: 7 })).toBe("WRONG_ROUND");
  expect((await fetch(`${url}/federations/${created.federationId}/blobs/${"0".repeat(64)}`)).status).toBe(403);

  const figures = await figuresOf(url);
  const size = constantAdapter(0).byteLength;
  expect(Object.fromEntries(figures)).toMatchObject({
    'duet_federations{state="stored"}': 1,
    'duet_federations{state="open"}': 1,
    'duet_federations{state="unreadable"}': 0,
    duet_clients: 2,
    duet_sockets: 3,
    duet_submissions_total: 2,
    duet_rounds_closed_total: 1,
    duet_aggregations_failed_total: 0,
    'duet_adapter_bytes_total{direction="up"}': 2 * size,
    'duet_adapter_bytes_total{direction="down"}': size,
    'duet_refusals_total{code="WRONG_ROUND"}': 1,
    'duet_refusals_total{code="FORBIDDEN"}': 1,
    'duet_compute_waiting{thread="short"}': 0,
  });
  expect(figures.has("nodejs_eventloop_lag_seconds")).toBe(true);
  const text = [...figures.keys()].join("\n");
  for (const secret of ["anna", "bram", created.federationId, anna.clientId]) expect(text).not.toContain(secret);

  anna.client.socket.disconnect();
  await expect.poll(async () => (await figuresOf(url)).get("duet_sockets")).toBe(2);
});

test("where strangers reach it, figures are for the operator", async () => {
  const { url } = await startCoordinator(withOperatorKey);
  const statusOf = async (headers: Record<string, string>) => (await fetch(`${url}/metrics`, { headers })).status;
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ authorization: "Bearer a-wrong-key-of-some-length" })).toBe(403);
  expect(await statusOf({ authorization: `Bearer ${OPERATOR_KEY}` })).toBe(200);
  expect(await statusOf({ cookie: await operatorCookie(url) })).toBe(200);
});

test("it is ready, says what keeps it from that, and is ready again", async () => {
  const coordinator = await startCoordinator();
  const { url, dataDir, clock } = coordinator;
  const answerOf = async () => {
    clock.advance(10_000);
    const response = await fetch(`${url}/ready`);
    return [response.status, (await response.json()) as { status: string; checks: Record<string, string> }] as const;
  };
  const checks = { disk: "ok", database: "ok", federations: "ok" };
  expect(await answerOf()).toEqual([200, { status: "ready", checks }]);

  // A file in the folder's place: nobody can write into it, root neither.
  await rename(dataDir, `${dataDir}-away`);
  await writeFile(dataDir, "");
  const [status, body] = await answerOf();
  expect([status, body.status]).toEqual([503, "not ready"]);
  expect(body.checks.disk).toMatch(/^The data folder cannot be written \(ENOTDIR\)$/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await rm(dataDir);
  await rename(`${dataDir}-away`, dataDir);
  expect(await answerOf()).toEqual([200, { status: "ready", checks }]);
});

test("the Grafana dashboard asks for figures that there are", async () => {
  const dashboard = JSON.parse(await readFile("deploy/grafana-dashboard.json", "utf8")) as {
    panels: readonly { targets: readonly { expr: string }[] }[];
  };
  const { url } = await startCoordinator();
  const text = await (await fetch(`${url}/metrics`)).text();
  const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
  const asked = dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\w+(?=\{)/g) ?? []));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});
