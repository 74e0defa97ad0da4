import { expect, test } from "vitest";
import { addressOf, basePath, strayFrom } from "./baseUrl.ts";
import { joinPath } from "./links.ts";

const root = "https://duet.example/";
const below = "https://duet.example/apps/duet/";

test("paths become addresses below the base", () => {
  expect([basePath(root), basePath(below)]).toEqual(["", "/apps/duet"]);
  expect(addressOf(joinPath("f1", "secret"), below)).toBe("https://duet.example/apps/duet/join/f1#secret");
  expect(addressOf(joinPath("f1", "secret"), root)).toBe("https://duet.example/join/f1#secret");
  // Never another host.
  expect(addressOf("//evil.example/join", below)).toBe("https://duet.example/apps/duet/evil.example/join");
});

test("a page that was opened outside of the base is sent there", () => {
  expect(strayFrom("https://duet.example/join/f1?backend=cpu#secret", below)).toBe(
    "https://duet.example/apps/duet/join/f1?backend=cpu#secret",
  );
  expect(strayFrom("https://duet.example/apps/duettist", below)).toBe("https://duet.example/apps/duet/apps/duettist");
  for (const at of ["", "/", "/join/f1#secret"]) expect(strayFrom(`https://duet.example/apps/duet${at}`, below)).toBeNull();
  expect(strayFrom("https://duet.example/join/f1", root)).toBeNull();
});
