/**
 * Figures of rounds in MLflow: in a server of its layout, and in a real one that DUET_MLFLOW_SERVER names
 * (`pip install mlflow`, `mlflow server --port 5000`).
 */
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createMlflowReport } from "../src/operations/mlflowReport.ts";
import { type CoordinatorUnderTest, startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, type Joined, joinAs, testMetrics } from "./support/federations.ts";
import { startMlflowServer } from "./support/mlflowServer.ts";
import { joinSumming, type SummingClient } from "./support/summingClient.ts";

interface SeenRun {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string };
  readonly data: { readonly tags: { key: string; value: string }[]; readonly params: { key: string; value: string }[] };
}

/** A real server starts its database at the first call. */
const WITHIN = { timeout: 60_000 };

const settings = (url: string, experiment = "duet") => ({ url, experiment, token: null });

async function call(url: string, path: string, body?: object): Promise<Record<string, never>> {
  const init = body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  return (await fetch(`${url}/api/2.0/mlflow/${path}`, init)).json() as Promise<Record<string, never>>;
}

/** The runs of a federation, that of all its clients first. */
async function runsOf(url: string, experiment: string, federationId: string): Promise<readonly SeenRun[]> {
  const found = await call(url, `experiments/get-by-name?experiment_name=${encodeURIComponent(experiment)}`);
  const id = (found.experiment as undefined | { experiment_id: string })?.experiment_id;
  if (id === undefined) return [];
  const filter = `tags.\`duet.federation\` = '${federationId}'`;
  const runs = ((await call(url, "runs/search", { experiment_ids: [id], filter, max_results: 100 })).runs ?? []) as SeenRun[];
  const rank = ({ data }: SeenRun) => (data.tags.some(({ key, value }) => key === "duet.client" && value === "all") ? 0 : 1);
  return [...runs].sort((a, b) => rank(a) - rank(b) || a.info.run_name.localeCompare(b.info.run_name));
}

/** "step: value" of a figure. */
async function historyOf(url: string, run: SeenRun | undefined, key: string): Promise<readonly string[]> {
  const path = `metrics/get-history?run_id=${run?.info.run_id}&metric_key=${encodeURIComponent(key)}`;
  const points = ((await call(url, path)).metrics ?? []) as { step: number; value: number }[];
  return points.map(({ step, value }) => `${step ?? 0}: ${value}`).sort();
}

async function twoClients(coordinator: CoordinatorUnderTest) {
  const { organiser, created } = await createFederation(coordinator.url);
  const clients = [await joinAs(coordinator, created, "anna"), await joinAs(coordinator, created, "bram")];
  return { organiser, created, clients };
}

/** Both submit; the accuracies of the shared adapter are these. Nothing is uploaded in the last round. */
async function round(clients: readonly Joined[], number: number, shared: readonly number[]): Promise<void> {
  for (const [index, { client }] of clients.entries()) {
    await client.fetchAdapter(number);
    const accuracy = { base: 0.25, personal: null, shared: shared[index] ?? null, fused: null };
    const adapter = number === 3 ? null : constantAdapter(0.5);
    await client.submit({ round: number, adapter, metrics: testMetrics({ accuracy }) });
  }
}

const real = process.env.DUET_MLFLOW_SERVER;

const servers: readonly (readonly [string, () => Promise<string>])[] = [
  ["a server of its layout", async () => (await startMlflowServer()).url],
  ...(real ? [["MLflow itself", async () => real] as const] : []),
];

test.each(servers)(
  "every round's figures are in %s: a run of the federation with means, one of each client",
  async (_, start) => {
    const url = await start();
    const experiment = `duet ${Date.now()}`;
    const coordinator = await startCoordinator({ mlflow: settings(url, experiment) });
    const { organiser, created, clients } = await twoClients(coordinator);
    await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
    await round(clients, 1, [0.5, 1]);
    await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
    await round(clients, 2, [0.75, 0.25]);
    await organiser.until(({ openRound }) => openRound?.round === 3, "the last round");
    await round(clients, 3, [0.5, 0.25]);
    const { config, phase } = await organiser.until(({ endedAt }) => endedAt !== null, "the end");
    expect(phase).toBe("finished");

    const seen = () => runsOf(url, experiment, created.federationId);
    await expect.poll(async () => (await seen()).map(({ info }) => info.status), WITHIN).toEqual(Array(3).fill("FINISHED"));
    const [all, anna, bram] = await seen();
    expect([all, anna, bram].map((run) => run?.info.run_name)).toEqual(["ward-notes", "anna", "bram"]);
    const params = Object.fromEntries((all?.data.params ?? []).map(({ key, value }) => [key, value]));
    expect(params).toMatchObject({ base: "duet-tiny", method: "fedavg", rank: "2", rounds: String(config.budgets.rounds) });
    expect(await historyOf(url, all, "accuracy/shared")).toEqual(["1: 0.75", "2: 0.5", "3: 0.375"]);
    expect(await historyOf(url, anna, "accuracy/shared")).toEqual(["1: 0.5", "2: 0.75", "3: 0.5"]);
    expect(await historyOf(url, bram, "accuracy/shared")).toEqual(["1: 1", "2: 0.25", "3: 0.25"]);
    expect(await historyOf(url, bram, "train/tokens")).toEqual(["1: 640", "2: 640", "3: 640"]);
    expect(await historyOf(url, all, "clients")).toEqual(["1: 2", "2: 2", "3: 2"]);
    expect(bram?.data.tags).toContainEqual(expect.objectContaining({ key: "mlflow.parentRunId", value: all?.info.run_id }));
  },
);

test("in a secure federation the means are those of its sums, of whatever its rounds measure, whatever single clients tell", async () => {
  const { url } = await startMlflowServer();
  const experiment = `duet ${Date.now()}`;
  const coordinator = await startCoordinator({ mlflow: settings(url, experiment) });
  const asked = { minClients: 3, aggregation: "secure", beforeAggregation: true, alone: true, figureSums: true } as const;
  const { organiser, created } = await createFederation(coordinator.url, { ...asked, robustness: { kind: "none" } });
  const measured = (shared: number, alone: number, before: number) =>
    testMetrics({
      accuracy: { base: null, personal: null, shared, fused: null },
      testLoss: { base: null, personal: null, shared: 1, fused: null },
      alone: { accuracy: alone, testLoss: 1.5 },
      beforeAggregation: { accuracy: before, testLoss: 0.5 },
    });
  const had = [measured(0.5, 0.5, 0.8), measured(0.9, 0.2, 0.8), measured(1, 0.8, 0.8)];
  const clients: SummingClient[] = [];
  for (const [k, name] of ["anna", "bram", "cleo"].entries())
    clients.push(await joinSumming(coordinator, created, name, { metrics: had[k] ?? testMetrics() }));
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  for (const client of clients) await client.ready(1);
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client) => client.answer(1, step, constantAdapter(0.1))));
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  const all = async () => (await runsOf(url, experiment, created.federationId))[0];
  const figures = [
    ["accuracy/shared", 0.8],
    ["accuracy/alone", 0.5],
    ["accuracy_before_aggregation/shared", 0.8],
    ["loss_test/shared", 1],
    ["loss_test/alone", 1.5],
    ["loss_test_before_aggregation/shared", 0.5],
  ] as const;
  for (const [key, value] of figures)
    await expect
      .poll(async () => (await historyOf(url, await all(), key)).map((point) => Number(point.split(": ")[1]).toFixed(2)), WITHIN)
      .toEqual([value.toFixed(2)]);
});

test("a server that answers nothing holds up no round, and what it missed is there after a later one", async () => {
  const server = await startMlflowServer();
  server.mode = "silent";
  const coordinator = await startCoordinator({ mlflow: settings(server.url) });
  const { organiser, created, clients } = await twoClients(coordinator);
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await round(clients, 1, [0.5, 1]);
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  await expect.poll(() => server.authorizations.length, WITHIN).toBeGreaterThan(0);
  // Restarted, it knows of no round that was sent, and sends all.
  await coordinator.restart(async () => {
    server.mode = "well";
  });
  const again: Joined[] = [];
  for (const [index, name] of ["anna", "bram"].entries()) {
    const { resumeToken, request } = clients[index] as Joined;
    again.push(await joinAs(coordinator, created, name, { resumeToken, identity: request.identity }));
  }
  await round(again, 2, [0.75, 0.25]);
  const seen = () => runsOf(server.url, "duet", created.federationId);
  await expect
    .poll(async () => historyOf(server.url, (await seen())[0], "accuracy/shared"), WITHIN)
    .toEqual(["1: 0.75", "2: 0.5"]);
});

test("figures that are refused are tried four times, each with who sends them, and go along with the next ones", async () => {
  const server = await startMlflowServer();
  const coordinator = await startCoordinator();
  const { organiser, clients } = await twoClients(coordinator);
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await round(clients, 1, [0.5, 1]);
  const snapshot = await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  server.mode = "broken";
  const url = server.url.replace("//", "//anna:s%40crt@");
  const { report, close } = createMlflowReport({ ...settings(url), logger: pino({ level: "silent" }), firstPauseMs: 1 });
  report(snapshot);
  const basic = `Basic ${Buffer.from("anna:s@crt").toString("base64")}`;
  await expect.poll(() => server.authorizations, WITHIN).toEqual(Array(4).fill(basic));
  server.mode = "well";
  report(snapshot);
  await expect.poll(async () => (await runsOf(server.url, "duet", snapshot.federationId)).length, WITHIN).toBe(3);
  await close();
});
