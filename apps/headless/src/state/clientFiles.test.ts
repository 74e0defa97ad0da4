import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RoundCheckpoint } from "@duet/lora-engine/training/roundCheckpoint";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClientFiles } from "./clientFiles.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duet-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const row = { line: 2, input: "fever", answer: "flu" };
const split = { train: [row], fusion: [row], test: [row] };
const checkpoint = {
  lastRound: 1,
  personal: Uint8Array.of(1, 2, 3, 4),
  shared: Uint8Array.of(5, 6, 7, 8),
  merged: null,
  control: null,
  residual: null,
  alone: Uint8Array.of(9, 8, 7, 6),
  served: null,
};
const tensor = { shape: [2], data: Float32Array.of(0.5, -0.25) };
const underWay: RoundCheckpoint = {
  round: 2,
  attempt: 1,
  of: "00",
  on: { backend: "wasm", memory: { rowsAtOnce: Number.POSITIVE_INFINITY, recompute: false } },
  state: {
    pieces: [],
    training: {
      name: "train 0",
      seconds: 1.5,
      steps: 12,
      state: {
        done: 7,
        adapter: new Map([["layer.A", tensor]]),
        optimizer: { steps: 7, first: [tensor], second: [tensor] },
        gradients: { steps: 7, sums: [] },
        lossSum: Number.NaN,
        tokens: 90,
      },
    },
  },
  checksum: "11",
};

test("what is kept comes back bit for bit to another process, and a finished round takes the one under way with it", async () => {
  const store = createClientFiles(folder);
  expect([await store.rows("c"), await store.kept("c"), await store.underWay("c")]).toEqual([null, null, null]);
  await store.saveRows("c", split);
  await store.saveUnderWay("c", underWay);
  const next = createClientFiles(folder);
  expect(await next.rows("c")).toEqual(split);
  expect(await next.underWay("c")).toEqual(underWay);
  await next.saveKept("c", { checkpoint, done: null });
  expect(await store.underWay("c")).toBeNull();
  expect(await store.kept("c")).toEqual({ checkpoint, done: null });
  await store.forget("c");
  expect([await next.rows("c"), await next.kept("c")]).toEqual([null, null]);
});

test("the privacy ledger outlives its clients, and a change that throws changes nothing", async () => {
  const store = createClientFiles(folder);
  const account = { rows: ["00"], spent: [{ noiseMultiplier: 1.5, samplingRate: 0.1, steps: 3 }], noise: {} };
  await store.updateLedger(() => ({ ledger: { accounts: [account] }, result: null }));
  await store.forget("c");
  const failing = store.updateLedger(() => {
    throw new RangeError("no");
  });
  await expect(failing).rejects.toThrow("no");
  const seen = await createClientFiles(folder).updateLedger((ledger) => ({ ledger, result: ledger.accounts }));
  expect(seen).toEqual([account]);
});

test("files are their owner's alone, none is left half written, and a damaged one is refused in words", async () => {
  const store = createClientFiles(folder);
  await store.forget("..");
  await store.saveRows("../../c", split);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(["rows.bin"]);
  const path = join(files[0]?.parentPath ?? "", "rows.bin");
  expect(path.startsWith(folder)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  for (const damage of [Buffer.of(0xff, 0x0f), Buffer.from("not a record")]) {
    writeFileSync(path, damage);
    await expect(store.rows("../../c")).rejects.toMatchObject({ code: "STORED_DAMAGED" });
  }
});
