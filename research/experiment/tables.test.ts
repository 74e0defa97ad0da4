import { describe, expect, test } from "vitest";
import { costTable } from "./costTable.ts";
import type { RoundRow, RunResult } from "./runs.ts";
import { summaryTable } from "./summaryTable.ts";

const MIB = 2 ** 20;

function round(number: number, served: number, mebibytes: number): RoundRow {
  const unused = { fusionLoss: null, shared: null, personal: null, aggregationError: null };
  return { round: number, served, bytes: mebibytes * MIB, trainTokens: 2000, ...unused };
}

function run(method: string, seed: number, accuracies: readonly number[], perRound: RoundRow[]): RunResult {
  const settings = {
    scenario: "medical",
    model: "m",
    precision: "exact",
    clients: 2,
    alpha: 0.5,
    rounds: 2,
    steps: 8,
    local: 2,
  } as const;
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  return {
    settings: {
      ...settings,
      budget: null,
      inner: null,
      sync: null,
      method,
      seed,
      rows: 40,
      batchSize: 4,
      labelNoise: 0,
      dropClients: 0,
    },
    accuracies: [...accuracies],
    accuracyMean: mean,
    accuracyStd: 0,
    accuracyWorst: Math.min(...accuracies),
    bestRound: 1,
    accuracyAtBest: perRound[0]?.served ?? null,
    groupingAccuracy: null,
    unseen: null,
    macroF1Mean: 0.5,
    baseMean: 0.1,
    personalMean: null,
    sharedMean: mean,
    baseLoss: null,
    crossClientAccuracy: 0.4,
    bytesUp: MIB,
    bytesDown: 2 * MIB,
    trainTokens: 4000,
    forwardTokens: 0,
    seconds: 1,
    innerSteps: 4,
    fusion: [null, null],
    perRound,
    tests: null,
  };
}

const RUNS = [
  run("fedavg", 1, [0.6, 0.8], [round(1, 0.5, 1), round(2, 0.7, 2)]),
  run("fedavg", 2, [0.5, 0.7], [round(1, 0.65, 1), round(2, 0.6, 2)]),
  run("ditto", 1, [0.7, 0.9], [round(1, 0.75, 2), round(2, 0.8, 4)]),
  run("ditto", 2, [0.6, 0.9], [round(1, 0.8, 1), round(2, 0.7, 4)]),
];

/** Cells of a Markdown table by method and column. */
function cellsOf(markdown: string): (method: string, column: string) => string | undefined {
  const [names = [], , ...lines] = markdown.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return (method, column) => lines.find((line) => line[names.indexOf("method")] === method)?.[names.indexOf(column)];
}

describe("the table of what came of it", () => {
  const cell = cellsOf(summaryTable(RUNS));

  test("takes the mean over seeds with Student's interval: 0.65 and 12.706 x 0.0707 / sqrt 2", () => {
    expect(cell("fedavg", "accuracy")).toBe("0.650 ± 0.635");
  });

  test("takes the seed as the unit: 0.10 and 0.15 more, 12.706 x 0.0354 / sqrt 2; p of t = 5 with one degree of freedom", () => {
    expect(cell("ditto", "against fedavg")).toBe("+0.125 ± 0.318");
    expect(cell("ditto", "p, Holm")).toBe("0.126");
    expect(cell("fedavg", "against fedavg")).toBe("");
  });

  test("has no interval of a single seed", () => {
    const single = cellsOf(summaryTable(RUNS.filter(({ settings }) => settings.seed === 1)));
    expect([single("ditto", "against fedavg"), single("ditto", "p, Holm")]).toEqual(["+0.100", undefined]);
  });

  test("adjusts p over the lines of the table", () => {
    const third = RUNS.slice(2).map((row) => ({ ...row, settings: { ...row.settings, method: "local" } }));
    expect(cellsOf(summaryTable([...RUNS, ...third]))("ditto", "p, Holm")).toBe("0.251");
  });

  test("counts the clients that are worse off than alone, and no tie", () => {
    const alone = [0.7, 0.6].map((second, i) => run("local", i + 1, [0.6, second], []));
    const counted = cellsOf(summaryTable([...RUNS, ...alone]));
    expect([counted("fedavg", "clients worse than local"), counted("ditto", "clients worse than local")]).toEqual([
      "1 of 4",
      "0 of 4",
    ]);
  });

  test("has a line for every epsilon, and the base that noise may leave nothing but", () => {
    const [plain] = RUNS;
    if (!plain) throw new Error("There are runs");
    const noisy = { ...plain, settings: { ...plain.settings, privacy: { epsilon: 3, clip: 1 } }, accuracyMean: 0.2 };
    const lines = summaryTable([plain, noisy]).split("\n");
    expect(lines[0]).toContain("| epsilon | method | seeds | untouched base | accuracy |");
    expect(lines.slice(2).map((line) => line.split(" | ").slice(0, 5).join(" | "))).toEqual([
      "| none | fedavg | 1 | 0.100 | 0.700",
      "| 3 | fedavg | 1 | 0.100 | 0.200",
    ]);
  });

  test("has no column for what all runs agree on, or none has", () => {
    expect(cell("ditto", "clients")).toBeUndefined();
    expect(cell("ditto", "personal alone")).toBeUndefined();
    expect(cell("ditto", "MiB sent")).toBe("3.0");
  });
});

test("by fair rules what is only looked at beside has its difference, and no p of its own nor a part in those of others", () => {
  const fair = (result: RunResult): RunResult => ({ ...result, settings: { ...result.settings, rules: "fair" } });
  const majority = [run("majority", 1, [0.1, 0.2], []), run("majority", 2, [0.2, 0.2], [])];
  const [beside, alone] = [cellsOf(summaryTable([...RUNS, ...majority].map(fair))), cellsOf(summaryTable(RUNS.map(fair)))];
  expect(beside("majority", "against fedavg")).toMatch(/^-0\.475 ± /);
  expect(beside("majority", "p, Holm")).toBe("");
  expect(beside("ditto", "p, Holm")).toBe(alone("ditto", "p, Holm"));
  expect(cellsOf(summaryTable([...RUNS, ...majority]))("majority", "p, Holm")).not.toBe("");
});

describe("a table of runs on several bases", () => {
  test("names each base, and has what it could before training", () => {
    const [small] = RUNS;
    if (!small) throw new Error("There is a run");
    const large = { ...small, settings: { ...small.settings, model: "large", method: "local" }, baseMean: 0.25 };
    const cell = cellsOf(summaryTable([small, large]));
    expect([cell("fedavg", "base"), cell("local", "base")]).toEqual(["m", "large"]);
    expect([cell("fedavg", "untouched base"), cell("local", "untouched base")]).toEqual(["0.100", "0.250"]);
    expect(cellsOf(summaryTable(RUNS))("fedavg", "untouched base")).toBeUndefined();
  });
});

describe("a table of runs with uploads of several sizes", () => {
  test("names each coding, and compares it with the same seed's run whose uploads are as they are", () => {
    const exact = RUNS.filter(({ settings }) => settings.method === "fedavg");
    const coded = exact.map((run) => ({
      ...run,
      settings: { ...run.settings, upload: { format: "int4" as const, topK: null } },
      accuracies: run.accuracies.map((accuracy) => accuracy - 0.01),
      accuracyMean: run.accuracyMean - 0.01,
      bytesUp: 2 ** 18,
    }));
    const lines = summaryTable([...exact, ...coded]).split("\n");
    expect(lines[0]).toMatch(/\| uploads \| method .* against f32 \| p, Holm \| MiB up \|/);
    expect(lines[3]).toMatch(/^\| int4 \| fedavg \| .* \| -0\.010 ± 0\.000 \| 0\.000 \| 0\.25 \|/);
    expect(lines[0]).not.toContain("against fedavg");
  });
});

describe("the table of what it costs", () => {
  // The best mean is 0.775 of ditto, so the goal is 0.69; FedAvg sends one MiB in its first of two rounds.
  const cell = cellsOf(costTable(RUNS));

  test("shows accuracy by round and the largest fall between two", () => {
    expect(cell("fedavg", "round 2")).toBe("0.650");
    expect(cell("ditto", "largest fall")).toBe("0.050");
  });

  test("counts what was sent and trained until the goal, and who never gets there", () => {
    expect(cell("ditto", "MiB to 0.69")).toBe("1.5");
    expect(cell("fedavg", "MiB to 0.69")).toBe("2.0 (1 of 2)");
    expect(cell("fedavg", "thousand tokens to 0.69")).toBe("4.0 (1 of 2)");
  });

  test("compares at equal bytes, where every run got that far", () => {
    expect(cell("fedavg", "for 1.0 MiB")).toBe("0.575");
    expect(cell("ditto", "for 1.0 MiB")).toBe("");
  });
});

test("how many clients went which way is told of methods that have both adapters, and labels that learn are a line of their own", () => {
  const both = (seed: number, fusion: RunResult["fusion"]): RunResult => ({
    ...run("fdlora:private", seed, [0.5, 0.6], []),
    personalMean: 0.5,
    fusion,
  });
  const half = { personal: 0.5, shared: 0.5 };
  const runs = [
    both(1, [half, { personal: 1, shared: 0 }]),
    both(2, [half, { personal: 0, shared: 0 }]),
    run("fedavg", 1, [0.5, 0.5], []),
  ];
  const [first, second] = runs;
  if (!first || !second) throw new Error("unreachable");
  const table = summaryTable(runs);
  expect(table).toContain("| 2 mixed, 1 personal, 1 base |");
  const learned = { ...first, settings: { ...first.settings, prototypes: { rate: 1, travel: "shared" as const } } };
  expect(summaryTable([second, learned])).toContain("prototypes, shared, rate 1");
});
