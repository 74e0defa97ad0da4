import { expect, test } from "vitest";
import { changesPlace, placeOf, withPlace } from "./place.ts";

test("a place is read from an address, and what is no round or client is none", () => {
  expect(placeOf("?round=3&client=c_1&backend=wasm")).toEqual({ round: 3, client: "c_1" });
  expect(placeOf("?round=0")).toEqual({ round: 0, client: null });
  for (const search of ["", "?round=&client=", "?round=-1", "?round=1e3", "?round=two"]) {
    expect(placeOf(search)).toEqual({ round: null, client: null });
  }
});

test("a place changes in the address and nothing else does", () => {
  expect(withPlace("?backend=wasm", { round: 0 })).toBe("?backend=wasm&round=0");
  expect(withPlace("?backend=wasm&round=2&client=a", { round: null })).toBe("?backend=wasm&client=a");
  expect(withPlace("?round=2&client=a", { client: "b & c" })).toBe("?round=2&client=b+%26+c");
  expect(withPlace("?round=2", { round: null, client: null })).toBe("");
});

test("what is looked at already is no change", () => {
  expect(changesPlace("?backend=wasm&round=2&client=a", { client: "a" })).toBe(false);
  expect(changesPlace("?round=2&client=a", { client: "a", round: 2 })).toBe(false);
  expect(changesPlace("", { client: null })).toBe(false);
  expect(changesPlace("?client=a", { client: "b" })).toBe(true);
  expect(changesPlace("?client=a", { round: 0 })).toBe(true);
  expect(changesPlace("?round=0", { round: null })).toBe(true);
});
