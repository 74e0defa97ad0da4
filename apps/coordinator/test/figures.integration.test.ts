/** Who gets to know what a client measured: every way out of the coordinator is searched for values that are nowhere else. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import { decodeChange } from "@duet/lora-core/protocol/changeCodec";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import { changeEvent } from "@duet/lora-core/protocol/messages";
import type { Progress, RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { pino } from "pino";
import { expect, test } from "vitest";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinRequest, listed, testMetrics } from "./support/federations.ts";
import { connectClient } from "./support/testClient.ts";

/** Of anna, each different, and no other number in the federation has these digits. */
const SECRET: RoundMetrics = {
  trainLoss: 0.7654321001,
  accuracy: { base: 0.7654321002, personal: 0.7654321003, shared: 0.7654321004, fused: 0.7654321005 },
  macroF1: { base: 0.7654321006, personal: 0.7654321007, shared: 0.7654321008, fused: 0.7654321009 },
  testLoss: { base: 0.7654321011, personal: 0.7654321012, shared: 0.7654321013, fused: 0.7654321014 },
  beforeAggregation: { accuracy: 0.7654321018, testLoss: 0.7654321019 },
  fusion: { personal: 0.7654321015, shared: 0.7654321016, evaluations: 765432101, forwardTokens: 765432102, seconds: 7654321.03 },
  trainTokens: 765432104,
  trainSeconds: 7654321.05,
};
const BEFORE = '"beforeAggregation":{"accuracy":0.7654321018,"testLoss":0.7654321019}';
const DEVICE = { backend: "webgpu" as const, threads: 765, reason: "reason-7654321", description: "gpu-7654321" };
const PROGRESS: Progress = {
  round: 1,
  activity: "training",
  slot: "shared",
  step: 765432106,
  steps: 765432107,
  loss: 0.7654321017,
  tokensPerSecond: 765432.18,
};
/** Not within a moment in time, a hash or a key. */
const SENTINEL = /(?<!\w)76543/g;
const ANY_OF_THEM = /(?<!\w)7654\d+/g;
const TRAIN = 765_432_109;
/** What the coordinator works out of it, for the bound on rows: how many they are of the round's median. */
const OVER_MEDIAN = "7654000";

/** Runs a federation to its end in which anna tells her figures so; everything that anybody could get to know of it. */
async function told(figures: FiguresFor) {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const coordinator = await startCoordinator({ logger });
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 3, maxClients: 4 }, listed);
  const { federationId, watchToken, organiserKey } = created;
  const seen = { watcher: "", other: "", own: "", organiser: "" };
  const overhear = async (who: keyof typeof seen) => {
    const client = await connectClient(coordinator.url);
    client.socket.on(changeEvent, async (content: Uint8Array<ArrayBuffer>) => {
      seen[who] += JSON.stringify(await decodeChange(content));
    });
    return client;
  };
  await (await overhear("watcher")).watch(federationId, watchToken);
  await (await overhear("organiser")).watch(federationId, organiserKey);

  const anna = await connectClient(coordinator.url);
  const introduction = joinRequest(created, "anna", TRAIN);
  const samples = { train: TRAIN, fusion: 765_432_110, test: 765_432_111 };
  const { clientId } = await anna.call("client:join", { ...introduction, figures, device: DEVICE, samples });
  const bram = await overhear("other");
  await bram.call("client:join", joinRequest(created, "bram", 100));
  const cleo = await overhear("own");
  await cleo.call("client:join", { ...joinRequest(created, "cleo", 100), sees: "own" });
  for (const round of [1, 2, 3]) {
    await organiser.until(({ openRound }) => openRound?.round === round, `round ${round}`);
    await anna.call("client:progress", { ...PROGRESS, round });
    await organiser.until(({ clients: [first] }) => first?.progress?.round === round, "progress");
    const adapter = round === 3 ? null : constantAdapter(0.1);
    for (const client of [anna, bram, cleo]) {
      await client.submit({ round, adapter, metrics: client === anna ? SECRET : testMetrics() });
    }
  }
  await organiser.until(({ endedAt }) => endedAt !== null, "the end");
  const get = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(coordinator.url + path, { headers })).text();
  const history = (token: string) => get(`/federations/${federationId}/history`, { [WATCH_TOKEN_HEADER]: token });
  const list = await bram.call("federation:list", {});
  const elsewhere = [
    JSON.stringify(list),
    await get("/metrics"),
    await get("/ready"),
    await get("/health"),
    await get(`/federations/${federationId}/received/${clientId}`, { [WATCH_TOKEN_HEADER]: watchToken }),
    await history(watchToken),
    await history(introduction.resumeToken),
    await history(created.inviteToken),
    ...lines,
  ].join("\n");
  const late = await overhear("watcher");
  await late.watch(federationId, watchToken);
  return {
    coordinator,
    created,
    anna,
    organiser,
    introduction: { ...introduction, figures, device: DEVICE, samples },
    seen,
    elsewhere,
    result: list.federations[0]?.result,
    organiserHistory: await history(organiserKey),
  };
}

const sentinels = (text: string) => text.match(SENTINEL)?.length ?? 0;

test("figures for everybody reach everybody, so that this test would see them", async () => {
  const { seen, elsewhere, organiserHistory, result } = await told("everybody");
  // Of all three, the list has the mean; anna alone has a fused adapter, whose figure would be hers.
  expect(result?.base).toBeCloseTo((0.7654321002 + 2 * 0.25) / 3, 9);
  expect(result?.served).toBeCloseTo((0.7654321004 + 2 * 0.75) / 3, 9);
  for (const who of ["watcher", "other", "organiser"] as const) {
    expect(sentinels(seen[who]), who).toBeGreaterThan(20);
    expect(seen[who], who).toContain(BEFORE);
  }
  expect(sentinels(elsewhere)).toBeGreaterThan(20);
  expect(sentinels(organiserHistory)).toBeGreaterThan(20);
});

test("figures for the organiser reach who has that link, and nobody else in any way", async () => {
  const { seen, elsewhere, organiserHistory, result } = await told("organiser");
  expect(result).toEqual({ base: 0.25, served: 0.75 });
  expect(sentinels(seen.organiser)).toBeGreaterThan(20);
  expect(seen.organiser).toContain(BEFORE);
  expect(sentinels(organiserHistory)).toBeGreaterThan(10);
  for (const who of ["watcher", "other", "own"] as const) expect(seen[who].match(SENTINEL), who).toBeNull();
  for (const text of [seen.watcher, seen.other, seen.own, elsewhere]) expect(text).not.toContain(`"rows":${OVER_MEDIAN}`);
  expect(seen.organiser).toContain(`"rows":${OVER_MEDIAN}`);
  expect(elsewhere.match(SENTINEL)).toBeNull();
  // The mean over all would tell another client what it is not told.
  expect(seen.watcher).toContain('"meanLoss":0.5,');
});

test("figures for nobody are not kept, whatever a client sends: only the rows that weigh its updates are", async () => {
  const { seen, elsewhere, organiserHistory, coordinator, created, organiser } = await told("nobody");
  for (const text of [...Object.values(seen), elsewhere, organiserHistory]) {
    expect(text.match(SENTINEL)).toBeNull();
    expect(text).not.toContain(OVER_MEDIAN);
  }
  const view = await organiser.call("federation:links", {
    federationId: created.federationId,
    organiserKey: created.organiserKey,
  });
  expect(JSON.stringify(view).match(SENTINEL)).toBeNull();
  await coordinator.restart();
  const stored = (await bytesIn(coordinator.dataDir)).toString("latin1");
  const digits = new Set(stored.match(ANY_OF_THEM) ?? []);
  if (coordinator.databaseUrl === null) expect(digits).toEqual(new Set([String(TRAIN), OVER_MEDIAN]));
});

test("who takes figures back is in nobody's view any more, before and after a restart, also after the end", async () => {
  const { coordinator, created, introduction } = await told("everybody");
  const { federationId, watchToken, organiserKey } = created;
  const again = await connectClient(coordinator.url);
  const nothing = { figures: "nobody" as const, device: null, samples: { train: TRAIN, fusion: null, test: null } };
  await again.call("client:join", { ...introduction, ...nothing });
  const shown = async () => {
    const texts = [];
    for (const token of [watchToken, organiserKey, introduction.resumeToken]) {
      texts.push(JSON.stringify(await (await connectClient(coordinator.url)).watch(federationId, token)));
      const headers = { [WATCH_TOKEN_HEADER]: token };
      texts.push(await (await fetch(`${coordinator.url}/federations/${federationId}/history`, { headers })).text());
    }
    return texts.join("\n");
  };
  expect((await shown()).match(SENTINEL)).toBeNull();
  await coordinator.restart();
  expect((await shown()).match(SENTINEL)).toBeNull();
  const file = await fetch(`${coordinator.url}/federations/${federationId}/export`, {
    headers: { "x-organiser-key": organiserKey },
  });
  const digits = new Set((await file.text()).match(ANY_OF_THEM) ?? []);
  expect(digits).toEqual(new Set([String(TRAIN), OVER_MEDIAN]));
});

test("a client has to tell by how many rows its updates are weighed, where the coordinator weighs them", async () => {
  const { url } = await startCoordinator();
  const { created } = await createFederation(url);
  const anna = await connectClient(url);
  const samples = { train: null, fusion: null, test: null };
  const request = { ...joinRequest(created, "anna", 100), figures: "nobody" as const, device: null, samples };
  await expect(anna.call("client:join", request)).rejects.toThrow(/INVALID_PAYLOAD: .*number has to be told/);
});

async function bytesIn(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.startsWith("duet.db"));
  return Buffer.concat(await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))));
}
