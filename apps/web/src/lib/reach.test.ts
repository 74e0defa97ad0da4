import { expect, test } from "vitest";
import { reachOf, reachWarning } from "./reach.ts";

test.each([
  ["127.0.0.1", "this machine"],
  ["127.9.8.7", "this machine"],
  ["localhost", "this machine"],
  ["duet.localhost", "this machine"],
  ["[::1]", "this machine"],
  ["192.168.1.20", "this network"],
  ["10.1.2.3", "this network"],
  ["172.16.0.1", "this network"],
  ["172.32.0.1", "anywhere"],
  ["169.254.3.4", "this network"],
  ["[fe80::1]", "this network"],
  ["[fd12:3456::1]", "this network"],
  ["[2001:db8::1]", "anywhere"],
  ["workstation", "this network"],
  ["ward-7.local", "this network"],
  ["duet.hospital.example", "anywhere"],
  ["1270.example", "anywhere"],
] as const)("%s is reached from %s", (host, reach) => {
  expect(reachOf(host)).toBe(reach);
});

test("an organiser is warned of links that others cannot open, or should not", () => {
  expect(reachWarning("http://127.0.0.1:8080/")?.title).toMatch(/127\.0\.0\.1, which only this machine can reach/);
  expect(reachWarning("https://localhost/")?.title).toMatch(/only this machine/);
  expect(reachWarning("http://192.168.1.20:8080/")?.text).toMatch(/only in the same network.*https/);
  expect(reachWarning("http://duet.example/")?.text).not.toMatch(/same network/);
  expect(reachWarning("https://duet.example/duet/")).toBeNull();
  expect(reachWarning("https://192.168.1.20/")).toBeNull();
});
