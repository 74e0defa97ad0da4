import { expect, it } from "vitest";
import { licenceTexts } from "./licenceTexts.ts";

it("holds our own licence, the notice of a package in the page and of one in the worker, and names one that brings none", () => {
  const text = licenceTexts();
  expect(text).toContain("Copyright 2026 The Duet authors");
  expect(text).toMatch(/\n\nreact \d+\.\d+\.\d+: MIT\n\nMIT License\n\nCopyright \(c\) Meta Platforms/);
  expect(text).toMatch(/\n\n@tensorflow\/tfjs-backend-wasm \d+\.\d+\.\d+: Apache-2\.0\n/);
  expect(text).not.toMatch(/\n\nfastify \d/);
});
