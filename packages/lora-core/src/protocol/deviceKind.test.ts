import { expect, test } from "vitest";
import { clusterName, deviceKind } from "./deviceKind.ts";

test.each([
  ["Node.js 20.20", "node"],
  ["Python 3.11.7, PyTorch 2.15.0", "python"],
  ["Cluster of 2: Python 3.11.7, PyTorch 2.15.0", "cluster"],
  ["Chromium 140", "tab"],
])("%s is a %s", (description, kind) => {
  expect(deviceKind({ backend: "cpu", description })).toBe(kind);
});

test.each([
  ["Cluster of 2: Python 3.11.7", "Cluster of 2"],
  ["Cluster of several: Chromium 140", "Cluster of several"],
  ["Chromium 140", null],
])("%s calls itself %s", (description, name) => expect(clusterName({ description })).toBe(name));

test("who tells nobody has no kind", () => {
  expect(deviceKind(null)).toBeNull();
});
