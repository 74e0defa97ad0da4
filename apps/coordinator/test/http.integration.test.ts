import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import type { FederationPlans } from "@duet/lora-core/strategies/federationPlans";
import { expect, onTestFinished, test } from "vitest";
import { createCoordinator } from "../src/createCoordinator.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinAs, layout, testMetrics, weightsSha256 } from "./support/federations.ts";
import { inDatabase } from "./support/testDatabase.ts";

test("serves model files with their hash, from the cache when it is the same, for good when pinned", async () => {
  const { url } = await startCoordinator();
  const answer = await fetch(`${url}/models/duet-tiny/model.safetensors`);
  expect(answer.headers.get("etag")).toBe(`"${weightsSha256}"`);
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  const body = new Uint8Array(await answer.arrayBuffer());
  expect(answer.headers.get("content-length")).toBe(String(body.byteLength));
  expect(createHash("sha256").update(body).digest("hex")).toBe(weightsSha256);

  const again = await fetch(`${url}/models/duet-tiny/model.safetensors`, { headers: { "if-none-match": `"${weightsSha256}"` } });
  expect(again.status).toBe(304);
  const rest = (from: number, version = weightsSha256) =>
    fetch(`${url}/models/duet-tiny/model.safetensors`, { headers: { range: `bytes=${from}-`, "if-range": `"${version}"` } });
  const resumed = await rest(1000);
  expect(resumed.status).toBe(206);
  expect(resumed.headers.get("content-range")).toBe(`bytes 1000-${body.byteLength - 1}/${body.byteLength}`);
  // Compared by Node: toEqual takes most of a minute for megabytes.
  expect(Buffer.compare(new Uint8Array(await resumed.arrayBuffer()), body.subarray(1000))).toBe(0);
  for (const whole of [await rest(1000, "another version"), await rest(body.byteLength)]) {
    expect(whole.status).toBe(200);
    expect((await whole.arrayBuffer()).byteLength).toBe(body.byteLength);
  }
  const pinned = await fetch(`${url}/models/duet-tiny/model.safetensors?sha256=${weightsSha256}`, { method: "HEAD" });
  expect(pinned.headers.get("cache-control")).toMatch(/immutable/);

  const config = await fetch(`${url}/models/duet-tiny/config.json`);
  expect(config.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await config.json()).toMatchObject({ model_type: "llama" });
  for (const path of [
    "duet-tiny/README.md",
    "unknown/config.json",
    "duet-tiny/..%2f..%2fpackage.json",
    "..%2fdata/config.json",
  ]) {
    expect([path, (await fetch(`${url}/models/${path}`)).status]).toEqual([path, 404]);
  }
});

test("says what clients do in every round, as data, to who may watch", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url);
  const plansFor = (token: string) =>
    fetch(`${url}/federations/${created.federationId}/plans`, { headers: { "x-watch-token": token } });
  for (const token of [created.watchToken, created.inviteToken]) {
    const plans = (await (await plansFor(token)).json()) as FederationPlans;
    expect(plans).toMatchObject({
      label: expect.any(String),
      rounds: expect.arrayContaining([expect.objectContaining({ round: 1 })]),
    });
    expect(plans.rounds.at(-1)?.plan).toMatchObject({ stage: "fusing", upload: null });
  }
  expect((await plansFor("x".repeat(24))).status).toBe(403);
});

test("hands out the shared adapter of a closed round to who may watch", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const anna = await joinAs(coordinator, created, "anna");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await anna.client.submit({ round: 1, adapter: constantAdapter(0.1), metrics: testMetrics() });
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");

  const base = `${coordinator.url}/federations/${created.federationId}/adapters`;
  const answer = await fetch(`${base}/1.safetensors`, { headers: { "x-watch-token": created.watchToken } });
  expect(answer.status).toBe(200);
  const tensors = readSafetensors(new Uint8Array(await answer.arrayBuffer()));
  expect([...tensors.keys()]).toEqual(layout.map(({ key }) => key));
  const statusOf = async (name: string, token: string) =>
    (await fetch(`${base}/${name}`, { headers: { "x-watch-token": token } })).status;
  expect((await fetch(`${base}/1.safetensors`)).status).toBe(403);
  // Addresses end up in logs: a code in one is not looked at.
  expect((await fetch(`${base}/1.safetensors?token=${created.watchToken}`)).status).toBe(403);
  expect(await statusOf("1.safetensors", "x".repeat(32))).toBe(403);
  expect(await statusOf("2.safetensors", created.watchToken)).toBe(404);
  expect(await statusOf("..%2ffederation.json", created.watchToken)).toBe(404);
});

test("serves the page under every address, isolated, and samples; the rest is not found", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duet-web-"));
  const [webDir, samplesDir, modelsDir] = ["web", "samples", "models"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(webDir, "assets"), { recursive: true });
  await Promise.all([samplesDir, modelsDir].map((path) => mkdir(path)));
  await writeFile(join(webDir, "index.html"), "<title>Duet</title>");
  await writeFile(join(webDir, "assets", "main-1a2b.js"), "export {};");
  await writeFile(join(samplesDir, "medical.json"), "[1]");
  const coordinator = createCoordinator({ dataDir: join(folder, "data"), modelsDir, webDir, samplesDir });
  onTestFinished(async () => {
    await coordinator.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { url } = await coordinator.listen(0);

  const page = await fetch(`${url}/f/abc?x=1`, { headers: { accept: "text/html" } });
  expect(await page.text()).toBe("<title>Duet</title>");
  expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const script = await fetch(`${url}/assets/main-1a2b.js`);
  expect(script.headers.get("cache-control")).toMatch(/immutable/);
  expect(script.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(await (await fetch(`${url}/samples/medical.json`)).json()).toEqual([1]);
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok", federations: 0 });
  for (const path of ["/assets/none.js", "/samples/none.json", "/samples/..%2fweb%2findex.html", "/..%2fdata"]) {
    expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404]);
  }
});

test("no token is on disk", async () => {
  const coordinator = await startCoordinator();
  const { created } = await createFederation(coordinator.url, { minClients: 1 });
  const { resumeToken } = await joinAs(coordinator, created, "anna");
  const rows = await inDatabase(coordinator, (database) =>
    Promise.all([database.selectFrom("federations").selectAll().execute(), database.selectFrom("events").selectAll().execute()]),
  );
  const stored = JSON.stringify(rows);
  expect(stored).toContain("anna");
  for (const secret of [created.inviteToken, created.watchToken, created.organiserKey, resumeToken])
    expect(stored).not.toContain(secret);
});

test("nobody but the coordinator's user can read or list what it stores", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const { client } = await joinAs(coordinator, created, "anna");
  await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
  await client.submit({ round: 1, adapter: constantAdapter(0.5), metrics: testMetrics() });
  await organiser.until(({ openRound }) => openRound?.round === 2, "round 2");
  const modes = async (kind: "isFile" | "isDirectory") => {
    const entries = await readdir(coordinator.dataDir, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry[kind]()).map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(paths.map(async (path) => [path, ((await stat(path)).mode & 0o777).toString(8)]));
  };
  const [files, folders] = [await modes("isFile"), await modes("isDirectory")];
  expect(files.length).toBeGreaterThan(4);
  expect(files).toEqual(files.map(([path]) => [path, "600"]));
  expect(folders).toEqual(folders.map(([path]) => [path, "700"]));
});
