import { expect, it } from "vitest";
import { changedPackages } from "./dependencies.mjs";

const locked = {
  "": { version: "0.1.0" },
  "packages/core": { version: "0.1.0" },
  "node_modules/@duet/core": {},
  "node_modules/zod": { version: "4.6.7" },
  "node_modules/vite/node_modules/esbuild": { version: "0.30.1" },
  "node_modules/fsevents": { version: "2.3.3", optional: true },
};
const installed = {
  "node_modules/@duet/core": {},
  "node_modules/zod": { version: "4.6.7" },
  "node_modules/vite/node_modules/esbuild": { version: "0.30.1" },
};

it("finds nothing to do when every locked package is there, but for optional ones of other platforms", () => {
  expect(changedPackages(locked, installed)).toEqual([]);
});

it("names packages of another version, missing ones and missing workspaces", () => {
  expect(changedPackages(locked, { "node_modules/zod": { version: "4.6.6" } })).toEqual(["@duet/core", "zod", "esbuild"]);
});
