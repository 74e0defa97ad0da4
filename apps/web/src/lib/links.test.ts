import { linkProblem } from "@duet/client/federationLink";
import { expect, test } from "vitest";
import { joinPath, organisePath, readLink, watchPath } from "./links.ts";

const token = "abcdefghijklmnopqrstuvwxyz";

test("secrets stand only after the #", () => {
  const url = new URL(joinPath("ward-1", token), "https://duet.example");
  expect(url.pathname + url.search).toBe("/join/ward-1");
  expect(url.hash).toBe(`#${token}`);
});

test("a pasted link of any origin is understood", () => {
  expect(readLink(` http://10.0.0.7:8080/join/ward-1#${token}\n`)).toEqual({ path: joinPath("ward-1", token) });
  expect(readLink(`https://x.org/watch/w?backend=cpu#${token}`)).toEqual({ path: watchPath("w", token) });
  expect(readLink(`https://x.org/federation/w/playground#${token}`)).toEqual({ path: joinPath("w", token) });
});

test("what a pasted link looks at is looked at, and nothing else of what stands after its ? comes along", () => {
  expect(readLink(`https://x.org/watch/w?round=3&client=c_1&backend=cpu#${token}`)).toEqual({
    path: `/watch/w?round=3&client=c_1#${token}`,
  });
  expect(readLink(`https://x.org/duet/organise/w?client=c_1#${token}`)).toEqual({ path: `/organise/w?client=c_1#${token}` });
});

const signed = `eyJhbGciOiJIUzI1NiJ9.eyJmIjoid2FyZC0xIiwiciI6MCwiZyI6MSwiZSI6MX0.${"s".repeat(43)}`;

test("signed codes are understood, of every role", () => {
  expect(readLink(`https://x.org/duet/join/ward-1#${signed}`)).toEqual({ path: joinPath("ward-1", signed) });
  expect(readLink(`https://x.org/organise/ward-1#${signed}`)).toEqual({ path: organisePath("ward-1", signed) });
});

test.each([
  [`https://x.org/join/ward-1#${signed.slice(0, -1)}`, /cut off or mistyped/],
  [`https://x.org/join/ward-1#${signed}x`, /cut off or mistyped/],
  [`https://x.org/join/ward-1#${signed}.`, /cut off or mistyped/],
  ["https://x.org/join/ward-1", /cut off.*missing.*Copy the whole link/],
  ["https://x.org/join/ward-1#", /cut off.*missing/],
  ["https://x.org/join/ward-1#abcdef", /cut off or mistyped/],
  [`https://x.org/join/ward-1#${token}.`, /cut off or mistyped/],
  [`https://x.org/join/ward%201#${token}`, /mistyped before its #/],
  [`https://x.org/join/#${token}`, /mistyped before its #/],
  [`https://x.org/admin/ward-1#${token}`, /not an invite or watch link/],
  ["what is this", /not an invite or watch link/],
])("%s is told to be wrong in words", (text, words) => {
  expect(readLink(text)).toEqual({ problem: expect.stringMatching(words) });
});

test("an address is only refused here when no coordinator could know it", () => {
  expect(linkProblem("ward-1", token)).toBeNull();
  expect(linkProblem("ward-1", "")?.sentence).toMatch(/missing/);
});
