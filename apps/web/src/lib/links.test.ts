import { expect, test } from "vitest";
import { joinPath, parseLink, watchPath } from "./links.ts";

const token = "abcdefghijklmnopqrstuvwxyz";

test("secrets stand only after the #", () => {
  const url = new URL(joinPath("ward-1", token), "https://duet.example");
  expect(url.pathname + url.search).toBe("/join/ward-1");
  expect(url.hash).toBe(`#${token}`);
});

test("a pasted link of any origin is understood, anything else is not", () => {
  expect(parseLink(` http://10.0.0.7:8080/join/ward-1#${token}\n`)).toBe(joinPath("ward-1", token));
  expect(parseLink(`https://x.org/watch/w?backend=cpu#${token}`)).toBe(watchPath("w", token));
  expect(parseLink("https://x.org/join/ward-1")).toBeNull();
  expect(parseLink(`https://x.org/admin/ward-1#${token}`)).toBeNull();
});
