/** The scenarios of docs/experiments/protocol.md, on small files that are made up here. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "@duet/lora-core/data/row";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExperimentData } from "./clientData.ts";
import { experimentData } from "./experimentData.ts";
import { runSettings } from "./runs.ts";

const DOMAINS = ["travel", "banking", "kitchen"];
const WORDS = ["flight", "hotel", "visa", "card", "loan", "fee", "soup", "oven", "salt", "train", "bus", "rent"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "experiment-data-"));
  mkdirSync(join(folder, "intents"));
  mkdirSync(join(folder, "loghub"));
  const requests = DOMAINS.flatMap((domain) =>
    WORDS.flatMap((word) =>
      WORDS.filter((other) => other !== word).map(
        (other) => `${domain} asks ${word} or ${other} now,${word}_${domain},${domain}`,
      ),
    ),
  );
  writeFileSync(join(folder, "intents/clinc150.csv"), ["text,label,domain", ...requests].join("\n"));
  for (const system of ["Thunderbird", "BGL"]) {
    const lines = Array.from({ length: 240 }, (_, i) => {
      const [word, other] = [WORDS[i % 12], WORDS[(i + 1 + (Math.floor(i / 12) % 11)) % 12]];
      const component = i % 12 < 6 ? "0.0.0.0:21:Kernel" : i % 12 < 11 ? "daemon" : "seldom";
      const message = component === "seldom" ? `${system} seldom speaks ${i}` : `${system} ${word} and ${other} ${component}`;
      return `${message},${component},INFO,${message.replace(/\d+/g, "<*>")}`;
    });
    writeFileSync(
      join(folder, `loghub/${system}_2k.log_structured.csv`),
      ["Content,Component,Level,EventTemplate", ...lines].join("\n"),
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function dataOf(changed: object): ExperimentData {
  const settings = runSettings.parse({
    ...{ scenario: "clinc150", model: "m", method: "local", clients: 2, alpha: 0.5, seed: 1, rounds: 2, steps: 8, local: 2 },
    ...{ rows: 300, batchSize: 4, labelNoise: 0, dropClients: 0, ...changed },
  });
  return experimentData(folder, settings);
}

const rowsOf = ({ clients }: ExperimentData): readonly Row[] =>
  clients.flatMap(({ split }) => [...split.train, ...split.fusion, ...split.test]);

describe("clinc150", () => {
  it("asks for the intent, and deals out by domain: intents of one domain are at a client in like shares", () => {
    const data = dataOf({});
    expect(data.task.kind === "label" && data.task.labels).toHaveLength(DOMAINS.length * WORDS.length);
    expect(rowsOf(data).every(({ input, answer }) => input.startsWith(answer.split(" ")[1] ?? "?"))).toBe(true);
    const [first] = data.clients;
    const mine = rowsOf({ ...data, clients: first ? [first] : [] });
    const shares = DOMAINS.map((domain) => mine.filter(({ answer }) => answer.endsWith(domain)).length / mine.length);
    expect(Math.max(...shares)).toBeGreaterThan(0.45);
  });

  it("never uses a row that is set aside for tuning, whatever the seed", () => {
    const lines = (pool: object) => [1, 2, 101].flatMap((seed) => rowsOf(dataOf({ seed, ...pool })).map(({ line }) => line));
    const [tables, tuning] = [new Set(lines({})), new Set(lines({ pool: "tuning" }))];
    expect(tuning.size).toBeGreaterThan(60);
    expect([...tuning].filter((line) => tables.has(line))).toEqual([]);
  });
});

describe("routing", () => {
  const routing = { scenario: "routing", rows: 400 };

  it("names components by their last name, and those of too few kinds of messages others", () => {
    const data = dataOf(routing);
    expect(data.task).toEqual({ kind: "label", labels: ["daemon", "kernel", "other"] });
    const seldom = rowsOf(data).filter(({ input }) => input.includes("seldom"));
    expect([...new Set(seldom.map(({ answer }) => answer))]).toEqual(["other"]);
  });

  it("trains on the past and tests on the future where it is split in time", () => {
    for (const { split } of dataOf({ ...routing, split: "time" }).clients) {
      const [train, fusion, test] = [split.train, split.fusion, split.test].map((rows) => rows.map(({ line }) => line));
      expect([train?.length, fusion?.length, test?.length]).toEqual([120, 20, 60]);
      expect(Math.max(...(train ?? []))).toBeLessThan(Math.min(...(fusion ?? [])));
      expect(Math.max(...(fusion ?? []))).toBeLessThan(Math.min(...(test ?? [])));
    }
  });
});

it("refuses a split or a pool that a scenario does not have", () => {
  expect(() => dataOf({ split: "time" })).toThrow("clinc150 have no time");
  expect(() => dataOf({ scenario: "routing", pool: "tuning" })).toThrow("routing has no rows set aside");
});
