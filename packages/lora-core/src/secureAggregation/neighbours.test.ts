import { expect, test } from "vitest";
import { random } from "../tensors/random.ts";
import { attemptTerms, leastMembers, thresholdOf } from "./attempt.ts";
import { maskingGraph, sparseDegree, tiedTogether } from "./neighbours.ts";
import { seededBytes, termsOf } from "./testing/attemptRun.ts";

const seed = seededBytes(4)(32);
const clientsOf = (count: number) => Array.from({ length: count }, (_, i) => `client-${i}`);
const curious = { coordinator: "curious" } as const;

test("up to 32 clients, and against an active coordinator, everybody masks with everybody", () => {
  for (const [coordinator, count] of [
    ["curious", 32],
    ["active", 200],
  ] as const) {
    const { neighbours, shareThreshold } = maskingGraph({ coordinator }, seed, clientsOf(count));
    for (const [client, others] of neighbours)
      expect(others).toEqual(
        clientsOf(count)
          .filter((other) => other !== client)
          .sort(),
      );
    expect(shareThreshold).toBe(thresholdOf({ coordinator }, count));
  }
});

test("beyond, each has k neighbours, who have it, too; the same whatever the order, another with another seed", () => {
  for (const count of [40, 100, 333]) {
    const clients = clientsOf(count);
    const graph = maskingGraph(curious, seed, clients);
    for (const [client, others] of graph.neighbours) {
      expect(new Set(others).size).toBe(sparseDegree(count)?.degree);
      expect(others).not.toContain(client);
      for (const other of others) expect(graph.neighbours.get(other)).toContain(client);
    }
    expect(graph.shareThreshold).toBe(sparseDegree(count)?.shareThreshold);
    expect(tiedTogether(graph, clients)).toBe(count);
    expect(maskingGraph(curious, seed, clients.toReversed()).neighbours.get("client-7")).toEqual(
      graph.neighbours.get("client-7"),
    );
    const other = maskingGraph(curious, seededBytes(5)(32), clients).neighbours.get("client-7");
    expect(other).not.toEqual(graph.neighbours.get("client-7"));
  }
});

test("with a fifth gone and a fifth in league, all secrets can be given, none is known, and the rest hides in one sum", () => {
  const clients = clientsOf(100);
  const draw = random(9, "who");
  for (let round = 0; round < 50; round++) {
    const graph = maskingGraph(curious, seededBytes(round)(32), clients);
    const lot = clients
      .map((client) => ({ client, at: draw() }))
      .sort((a, b) => a.at - b.at)
      .map(({ client }) => client);
    const [gone, league] = [new Set(lot.slice(0, 20)), new Set(lot.slice(20, 40))];
    for (const [client, others] of graph.neighbours) {
      expect(others.filter((other) => !gone.has(other)).length, client).toBeGreaterThanOrEqual(graph.shareThreshold);
      expect(others.filter((other) => league.has(other)).length, client).toBeLessThan(graph.shareThreshold);
    }
    expect(tiedTogether(graph, lot.slice(40))).toBe(60);
  }
});

test("a set that falls apart is seen to", () => {
  const neighbours = new Map([
    ["a", ["b"]],
    ["b", ["a", "c"]],
    ["c", ["b", "d"]],
    ["d", ["c"]],
  ]);
  expect(tiedTogether({ neighbours, shareThreshold: 2 }, ["a", "b", "d"])).toBe(2);
  expect(tiedTogether({ neighbours, shareThreshold: 2 }, ["a", "b", "c", "d"])).toBe(4);
});

test("more than half are needed, more than two thirds against an active coordinator, and never fewer than three", () => {
  expect([2, 3, 4, 5, 6, 10, 33].map((n) => thresholdOf(curious, n))).toEqual([2, 2, 3, 3, 4, 6, 17]);
  expect([2, 3, 4, 5, 6, 10, 33].map((n) => thresholdOf({ coordinator: "active" }, n))).toEqual([2, 3, 3, 4, 5, 7, 23]);
  expect([2, 3, 4, 5, 6].map((n) => leastMembers(termsOf(1), n))).toEqual([3, 3, 3, 3, 4]);
});

test("against an active coordinator there are as many clients as a share has places", () => {
  const terms = termsOf(1, { coordinator: "active" });
  const words = attemptTerms.safeParse(terms).error?.issues[0]?.message;
  expect(words).toMatch(/255 clients at most/);
  expect(attemptTerms.safeParse({ ...terms, layout: { ...terms.layout, clients: 255 } }).success).toBe(true);
});
