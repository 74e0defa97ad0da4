import { expect, test } from "vitest";
import { createStoredSubmissions } from "./storedSubmissions.ts";

function stored() {
  const settled: string[] = [];
  return { settled, ...createStoredSubmissions((artifact) => void settled.push(artifact)) };
}

test("what takes another's place settles it, so that no file is left that nobody names; another round's stays", () => {
  const { add, find, settle, settled } = stored();
  add("anna", 1, { sha256: "x", artifact: "1-anna-x" });
  add("anna", 2, { sha256: "y", artifact: "2-anna-y" });
  expect(settled).toEqual([]);
  add("anna", 2, { sha256: "z", artifact: "2-anna-z" });
  expect(settled).toEqual(["2-anna-y"]);
  expect([find("anna", 1)?.artifact, find("anna", 2)?.artifact, find("anna", 3)]).toEqual(["1-anna-x", "2-anna-z", null]);
  settle("anna", 2);
  settle("anna", 2);
  expect(settled).toEqual(["2-anna-y", "2-anna-z"]);
});

test("what nobody waits for any more is settled once", () => {
  const { add, find, keepOnly, settle, settled } = stored();
  add("anna", 1, { sha256: "x", artifact: "1-anna" });
  add("bram", 1, { sha256: "y", artifact: "1-bram" });
  keepOnly(new Set(["bram"]));
  settle("anna", 1);
  expect(settled).toEqual(["1-anna"]);
  expect(find("bram", 1)?.sha256).toBe("y");
});
