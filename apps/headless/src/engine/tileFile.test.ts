import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tileFile } from "./tileFile.ts";

test("keeps tiles by adapter in a folder that need not be there yet, and gets over a damaged file", async () => {
  const parent = await mkdtemp(join(tmpdir(), "duet-tiles-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, "client");
  const tiles = tileFile(folder);
  expect(await tiles.read("1 one")).toBe(undefined);
  await tiles.write("1 one", { small: 2, large: 16 });
  await tiles.write("1 another", { small: 8, large: 4 });
  expect(await tileFile(folder).read("1 one")).toEqual({ small: 2, large: 16 });
  await writeFile(join(folder, "tiles.json"), "{ not JSON");
  expect(await tiles.read("1 one")).toBe(undefined);
  await tiles.write("1 one", { small: 4, large: 8 });
  expect(await tiles.read("1 one")).toEqual({ small: 4, large: 8 });
});
