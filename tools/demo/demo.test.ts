import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";
import { progressLines } from "./progress.ts";
import { reportOf, tableOf } from "./report.ts";

describe("the demo's options", () => {
  it("has defaults and reads numbers", () => {
    expect(parseOptions(["--clients", "5", "--alpha", "0.5"])).toMatchObject({ scenario: "medical", alpha: 0.5 });
  });
  it("takes a number of tabs, or what each client is", () => {
    expect(parseOptions(["--clients", "2"])).toMatchObject({ clients: ["tab", "tab"] });
    expect(parseOptions(["--clients", "tab,node, cluster"])).toMatchObject({ clients: ["tab", "node", "cluster"] });
    for (const wrong of ["0", "17", "tab,toaster", "", "1.5"])
      expect(() => parseOptions(["--clients", wrong])).toThrow(
        /--clients.*from 1 to 16, or a list of tab, node, python, cluster/,
      );
  });
  it("refuses what it does not know with a sentence", () => {
    expect(() => parseOptions(["--cliants", "3"])).toThrow(/cliants/);
    expect(() => parseOptions(["--clients", "0"])).toThrow(/--clients/);
    expect(() => parseOptions(["--epsilon", "0"])).toThrow(/--epsilon/);
  });
  it("refuses a secure sum that hides nothing or is none", () => {
    expect(parseOptions(["--secure"])).toMatchObject({ secure: true });
    expect(() => parseOptions(["--secure", "--clients", "2"])).toThrow(/at least 3 clients/);
    expect(() => parseOptions(["--secure", "--method", "fedamp"])).toThrow(/--secure does not go with --method fedamp/);
    expect(() => parseOptions(["--client-epsilon", "8"])).toThrow(/needs --secure/);
    expect(() => parseOptions(["--secure", "--method", "nonesuch"])).toThrow(/There is no method/);
  });
});

const perAdapter = (base: number, personal: number, shared: number, fused: number) => ({ base, personal, shared, fused });
const none = { base: null, personal: null, shared: null, fused: null };
const metrics = {
  trainLoss: 0.5,
  accuracy: none,
  macroF1: none,
  testLoss: none,
  fusion: null,
  trainTokens: 1000,
  trainSeconds: 2.5,
};
const privacy = { epsilon: 7.5, limit: 8, delta: 0.008, noiseMultiplier: 1.2, budgetSpent: true };
const finalMetrics = {
  ...metrics,
  privacy,
  accuracy: perAdapter(0.2, 0.6, 0.7, 0.8),
  macroF1: perAdapter(0.1, 0.5, 0.65, 0.75),
  fusion: { personal: 0.4, shared: 0.7, evaluations: 20, forwardTokens: 4100, seconds: 2.5 },
  trainTokens: 0,
  trainSeconds: 0,
};
const device = { backend: "wasm", threads: 2, reason: "", description: "" } as const;
const client = (id: string, name: string) => ({
  id,
  name,
  device,
  samples: { train: 60, fusion: 10, test: 30 },
  status: "present" as const,
  note: null,
  lastSeenAt: 0,
  progress: null,
  bytesUp: 1_500_000,
  bytesDown: 2_000_000,
  history: [
    { round: 1, metrics, standing: null },
    { round: 2, metrics: finalMetrics, standing: null },
  ],
});
const snapshot = {
  phase: "finished",
  note: "Finished.",
  createdAt: 1000,
  endedAt: 61_000,
  openRound: null,
  modelBytes: 28_000_000,
  config: {
    name: "ward",
    aggregation: "secure",
    upload: { format: "int8", topK: null },
    strategy: { id: "fdlora", preset: "private" },
    budgets: { rounds: 1 },
    model: { name: "use-lite", files: [{ path: "model.safetensors", bytes: 4, sha256: "ab" }] },
  },
  rounds: [
    {
      round: 1,
      stage: "federated",
      openedAt: 2000,
      closedAt: 32_500,
      participants: ["a", "b", "c"],
      aggregated: ["b", "a"],
      meanLoss: 0.41,
      exchanges: 2,
    },
  ],
  clients: [
    client("a", "anna"),
    {
      ...client("b", "bram"),
      status: "left" as const,
      note: "connection lost",
      history: [{ round: 1, metrics, standing: null }],
    },
  ],
} as unknown as Snapshot;

describe("the demo's report", () => {
  const report = reportOf(snapshot);
  it("takes every figure from the run", () => {
    expect(report.clients[0]).toMatchObject({
      name: "anna",
      backend: "wasm",
      accuracy: { fused: 0.8 },
      macroF1: { personal: 0.5 },
      fusion: { personal: 0.4, shared: 0.7 },
      trainTokens: 1000,
      secondsTraining: 2.5,
      privacy,
    });
    expect(report.clients[1]?.privacy).toBeNull();
    expect(report.rounds).toEqual([
      {
        round: 1,
        stage: "federated",
        seconds: 30.5,
        aggregated: ["bram", "anna"],
        dropouts: ["c"],
        exchanges: 2,
        meanLoss: 0.41,
      },
    ]);
    expect(report.federation.secure).toBe(true);
    expect(report.seconds).toBe(60);
    expect(report.federation.baseModel).toMatchObject({ name: "use-lite", parameters: 7_000_000 });
  });
  it("says who left, and leaves that client's unmeasured figures empty", () => {
    expect(report.clients[1]).toMatchObject({ status: "left", note: "connection lost", accuracy: none, fusion: null });
    expect(tableOf(report)).toMatch(/bram .*– .*left: connection lost/);
  });
  it("prints what is spent of a budget, how much was summed, and whose tab was killed", () => {
    expect(tableOf(reportOf(snapshot, ["bram"]))).toMatch(/anna .* 7\.50 of 8\.00, spent/);
    expect(tableOf(reportOf(snapshot, ["bram"]))).toContain(
      "Summed securely: 2 sums begun in 1 rounds, killed and restored: bram",
    );
  });
  it("prints the mean over the clients that were measured", () => {
    expect(tableOf(report)).toMatch(/mean +0\.200 +0\.600 +0\.700 +0\.800/);
  });
});

describe("the progress display", () => {
  it("shows the stage and what every client does", () => {
    const progress = { round: 1, activity: "training", slot: "shared", step: 6, steps: 12, loss: 0.4213, tokensPerSecond: 512.4 };
    const running = {
      ...snapshot,
      openRound: { round: 1, attempt: 1, participants: ["a"], deadlineAt: null },
      clients: [{ ...client("a", "anna"), progress }],
    } as unknown as Snapshot;
    const [head, line] = progressLines(running);
    expect(head).toContain("Round 1 of 1");
    expect(line).toBe("  anna  training shared ▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░ 6/12  loss 0.421  512 tok/s");
  });
});
