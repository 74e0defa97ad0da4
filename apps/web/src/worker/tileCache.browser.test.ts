import { beforeEach, expect, test } from "vitest";
import { tileCache } from "./tileCache.ts";

beforeEach(() => caches.delete("duet-tiles"));

test("keeps tiles by adapter, whatever its name, and the latest of them", async () => {
  const key = "1 NVIDIA RTX A2000, nvidia / ampere?";
  expect(await tileCache.read(key)).toBe(undefined);
  await tileCache.write(key, { small: 2, large: 16 });
  await tileCache.write(key, { small: 4, large: 16 });
  await tileCache.write("1 another", { small: 8, large: 4 });
  expect(await tileCache.read(key)).toEqual({ small: 4, large: 16 });
});
