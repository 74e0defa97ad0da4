import { describe, expect, it } from "vitest";
import { countGroups, nearDuplicateGroups } from "../../data/nearDuplicates.ts";
import { countAnswers } from "../../data/rowGroups.ts";
import { splitRows } from "../../data/splitRows.ts";
import { task } from "../../data/task.ts";
import { random } from "../../tensors/random.ts";
import { LOG_FAMILIES, logsScenario } from "./logsScenario.ts";
import { renderTemplate, SEVERITIES } from "./logTemplate.ts";

const scenario = logsScenario({ clients: 6, seed: 3 });
const shareOf = (client: number, answer: string) => {
  const rows = scenario.clients[client]?.rows ?? [];
  return (countAnswers(rows).get(answer) ?? 0) / rows.length;
};

describe("logsScenario", () => {
  it("says that it is synthetic and has a valid task", () => {
    expect(scenario.synthetic).toBe(true);
    expect(`${scenario.title} ${scenario.description}`).toMatch(/\(synthetic\).*Synthetic/);
    expect(task.parse(scenario.task)).toEqual({ kind: "label", labels: ["info", "warning", "error", "critical"] });
  });

  it("gives every client its rows, named and numbered", () => {
    expect(scenario.clients.map(({ name }) => name)).toEqual([
      "Web server team",
      "Kernel and hardware team",
      "Database team",
      "Authentication team",
      "Web server team 2",
      "Kernel and hardware team 2",
    ]);
    for (const { rows } of scenario.clients)
      expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it("repeats no message, at one client or at two", () => {
    const inputs = scenario.clients.flatMap(({ rows }) => rows.map(({ input }) => input));
    expect(new Set(inputs).size).toBe(1800);
  });

  it("gives clients different shares of severities", () => {
    const info = [0, 1, 2, 3].map((client) => shareOf(client, "info"));
    for (const [index, expected] of [0.55, 0.25, 0.4, 0.65].entries())
      expect(Math.abs((info[index] ?? 0) - expected)).toBeLessThan(0.09);
    expect(shareOf(1, "critical")).toBeGreaterThan(2 * shareOf(0, "critical"));
    // The second web server team has the mix that the first kernel team has.
    expect(shareOf(4, "info")).toBeLessThan(0.35);
  });

  it("has many groups of near-duplicates at every client, and every severity in every part of a split", () => {
    for (const { rows } of scenario.clients) {
      expect(countGroups(nearDuplicateGroups(rows.map(({ input }) => input)))).toBeGreaterThan(100);
      const { train, fusion, test } = splitRows(rows, { seed: 1 });
      for (const part of [train, test]) expect([...countAnswers(part).keys()].sort()).toEqual([...SEVERITIES].sort());
      expect(countAnswers(fusion).size).toBeGreaterThanOrEqual(3);
      expect([train.length, fusion.length, test.length].map((n) => Math.round(n / 10))).toEqual([18, 3, 9]);
    }
  });

  it("is the same for a seed and another for another", () => {
    expect(logsScenario({ clients: 6, seed: 3 })).toEqual(scenario);
    expect(logsScenario({ clients: 6, seed: 4 }).clients[0]?.rows).not.toEqual(scenario.clients[0]?.rows);
  });

  it("takes the number of rows", () => {
    expect(logsScenario({ clients: 2, seed: 1, rowsPerClient: 41 }).clients.map(({ rows }) => rows.length)).toEqual([41, 41]);
  });
});

describe("log templates", () => {
  const all = LOG_FAMILIES.flatMap(({ name, templates }) =>
    SEVERITIES.flatMap((severity) => templates[severity].map((template) => ({ name, severity, template }))),
  );

  it("are at least 25 in every family and differ", () => {
    for (const { name } of LOG_FAMILIES) expect(all.filter((entry) => entry.name === name).length).toBeGreaterThanOrEqual(25);
    expect(new Set(all.map(({ template }) => template)).size).toBe(all.length);
  });

  it("never contain a word that names a severity", () => {
    for (const { template } of all) {
      expect(template).not.toMatch(
        /\b(info\w*|warn\w*|errors?|errno|critical\w*|fatal\w*|sever[ei]\w*|alert\w*|emerg\w*|notice\w*|debug)\b/i,
      );
    }
  });

  it("render without leaving a bracket or a slot", () => {
    const uniform = random(1, "templates");
    for (const { template } of all) expect(renderTemplate(template, uniform)).not.toMatch(/[[\]{}|]/);
    expect(() => renderTemplate("a {nonsense}", uniform)).toThrow(RangeError);
  });
});
