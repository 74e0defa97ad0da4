import { expect, test } from "vitest";
import { deviceKind } from "./deviceKind.ts";

test.each([
  ["Node.js 20.20", "node"],
  ["Python 3.11.7, PyTorch 2.15.0", "python"],
  ["Cluster of 2: Python 3.11.7, PyTorch 2.15.0", "cluster"],
  ["Chromium 140", "tab"],
])("%s is a %s", (description, kind) => {
  expect(deviceKind({ backend: "cpu", description })).toBe(kind);
});

test("who tells nobody has no kind", () => {
  expect(deviceKind(null)).toBeNull();
});
