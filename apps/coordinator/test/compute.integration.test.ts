import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import { methodOf } from "@duet/lora-core/strategies/registry";
import { wholeAdapter } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { expect, onTestFinished, test } from "vitest";
import { ComputeClosedError, type ComputeThreads, createComputeThreads } from "../src/compute/computeThreads.ts";
import { readModelFiles } from "../src/storage/modelFiles.ts";
import { layout } from "./support/federations.ts";

function threads(options: { readonly heapMb?: number } = {}): ComputeThreads {
  const compute = createComputeThreads(options);
  onTestFinished(() => compute.close());
  return compute;
}

const facts = {
  strategy: { id: "fedavg", config: {} },
  robustness: { kind: "clip" },
  upload: AS_THEY_ARE,
  budgets: { local: { unit: "steps", amount: 2 }, inner: { unit: "steps", amount: 2 }, rounds: 2 },
  layout,
  seed: 7,
} as const;

function randomTensors(...labels: (string | number)[]): NamedTensors {
  const draw = random(3, ...labels);
  return new Map(
    layout.map(({ key, shape }) => [
      key,
      { shape, data: Float32Array.from({ length: shape[0] * shape[1] }, () => draw() - 0.5) },
    ]),
  );
}

/** Path of a file of its own. */
async function fileWith(content: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "duet-compute-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "blob"), content);
  return join(folder, "blob");
}

/** Contributions as files, and where the result goes. */
async function storedRound(clients: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "duet-compute-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const contributions = clients.map((clientId, k) => ({ clientId, sampleCount: 10 + k, path: join(folder, clientId) }));
  for (const { clientId, path } of contributions) await writeFile(path, encodeAdapter(randomTensors(clientId), layout));
  const after = { adapter: join(folder, "adapter"), memory: join(folder, "memory") };
  const work = {
    facts,
    round: 1,
    before: { kind: "seed" as const },
    shared: { kind: "each" as const, contributions },
    work: 1,
    after,
  };
  return { work, contributions };
}

test("a thread aggregates files into files to the same bits, gauges them, and serves the result", async () => {
  const compute = threads();
  const { work, contributions } = await storedRound(["b", "c", "a"]);
  const { refs, bounds, standings } = await compute.run("aggregate", work);
  const adapter = await readFile(work.after.adapter);
  expect(refs.adapter).toEqual({ sha256: createHash("sha256").update(adapter).digest("hex"), bytes: adapter.byteLength });
  expect(standings.map(({ clientId, norm }) => [clientId, norm !== null && norm > 0.5])).toEqual([
    ["b", true],
    ["c", true],
    ["a", true],
  ]);
  const method = methodOf(facts.strategy);
  const expected = method.aggregate(
    method.init(initialAdapter(layout, 7)),
    contributions.map(({ clientId, sampleCount }) => ({ clientId, sampleCount, tensors: randomTensors(clientId) })),
    1,
  );
  expect(await readModelFiles(work.after)).toEqual(expected);
  expect((await compute.run("gauge", { ...work, bounds }))?.overall).toBeGreaterThan(0.1);
  const model = { kind: "round" as const, files: work.after };
  const { content, bytes } = await compute.run("serve", { facts, model, clientId: "a", receive: { part: "all", extra: null } });
  expect(content).toEqual(encodeAdapter(expected.shared, layout));
  expect(bytes).toBe(content.byteLength);
});

test("what a job throws comes out as what it was", async () => {
  const compute = threads();
  const { work, contributions } = await storedRound(["a"]);
  const sharing = (shared: typeof contributions) => ({ ...work, shared: { kind: "each" as const, contributions: shared } });
  const missing = sharing([{ clientId: "z", sampleCount: 1, path: "/nowhere/z" }]);
  await expect(compute.run("aggregate", missing)).rejects.toMatchObject({ code: "ENOENT", syscall: "open" });
  await expect(compute.run("aggregate", sharing([]))).rejects.toThrow("Nothing to aggregate: no client contributed");
  const blob = encodeAdapter(new Map([...randomTensors("x")].map(([key, t]) => [key, { ...t, data: t.data.fill(1e6) }])), layout);
  const file = await fileWith(blob);
  await expect(compute.run("check", { file, form: wholeAdapter(layout) })).rejects.toMatchObject({
    name: "Refusal",
    code: "INVALID_ADAPTER",
  });
  await writeFile(contributions[0]?.path ?? "", "damaged");
  await expect(compute.run("aggregate", work)).rejects.toThrow(/bytes/);
});

test("a thread that ends over a job takes no other job along", async () => {
  const compute = threads({ heapMb: 60 });
  // As many entries of a layout are more JavaScript objects than fit.
  const endless: AdapterLayout = Array.from({ length: 400_000 }, (_, i) => ({ key: `module ${i}`, shape: [1, 1] }));
  const fatal = compute.run("check", { file: await fileWith(new Uint8Array(layoutBytes(endless))), form: wholeAdapter(endless) });
  const next = compute.run("check", {
    file: await fileWith(encodeAdapter(randomTensors("x"), layout)),
    form: wholeAdapter(layout),
  });
  await expect(fatal).rejects.toThrow(/The thread that computed it ended: .*memory/);
  await next;
});

test("closing ends whatever runs and whatever waits, at once", async () => {
  const compute = threads();
  const jobs = [await storedRound(["a"]), await storedRound(["b"])].map(({ work }) => compute.run("aggregate", work));
  const outcomes = Promise.allSettled(jobs);
  await compute.close();
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(ComputeClosedError) });
  await expect(compute.run("aggregate", (await storedRound(["c"])).work)).rejects.toThrow(ComputeClosedError);
});

test("the largest adapter there is passes the check", async () => {
  const compute = threads();
  const width = MAX_ADAPTER_BYTES / 4 / 2 / 256;
  const largest: AdapterLayout = [
    { key: "m.lora_A.weight", shape: [256, width] },
    { key: "m.lora_B.weight", shape: [width, 256] },
  ];
  expect(layoutBytes(largest)).toBe(MAX_ADAPTER_BYTES);
  const values = new Float32Array(MAX_ADAPTER_BYTES / 4).fill(0.25);
  const file = await fileWith(new Uint8Array(values.buffer));
  await compute.run("check", { file, form: wholeAdapter(largest) });
  values[values.length - 1] = Number.NaN;
  await writeFile(file, new Uint8Array(values.buffer));
  await expect(compute.run("check", { file, form: wholeAdapter(largest) })).rejects.toMatchObject({ code: "INVALID_ADAPTER" });
});
