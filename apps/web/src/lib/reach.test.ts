import { expect, test } from "vitest";
import { linkAddresses, proposedAddress, reachOf, reachWarning } from "./reach.ts";

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

const OWN = "http://127.0.0.1:8080/";
const at = (address: string, answers = true) => ({ address, answers });
const proposed = (own: string, others: Parameters<typeof linkAddresses>[1]) =>
  proposedAddress(linkAddresses(own, others)).address;

test("a page that only its machine reaches proposes links that others can open, over https where they can", () => {
  const network = at("http://192.168.1.20:8080/");
  const named = at("https://duet.example/duet/");
  expect(proposed(OWN, [])).toBe(OWN);
  expect(proposed(OWN, [network])).toBe(network.address);
  expect(proposed(OWN, [network, named])).toBe(named.address);
  expect(proposed(OWN, [network, at(named.address, false)])).toBe(network.address);
  expect(proposed("http://192.168.1.20:8080/", [network, named])).toBe("http://192.168.1.20:8080/");
});

test("what is proposed instead is said, with what it is good for", () => {
  expect(reachWarning("http://192.168.1.20:8080/", OWN)).toEqual({
    title: "This page is open at 127.0.0.1, which only this machine can reach",
    text: expect.stringMatching(/say 192\.168\.1\.20:8080 instead.*only in the same network.*https/),
  });
  expect(reachWarning("https://duet.example/", OWN)?.text).toBe(
    "The links here say duet.example instead. Anybody can open them.",
  );
  expect(reachWarning("https://192.168.1.20/", OWN)?.text).toBe(
    "The links here say 192.168.1.20 instead. They work only in the same network.",
  );
  const silent = reachWarning("https://duet.example/", OWN, false)?.text;
  expect(silent).toMatch(/Nothing answered/);
  expect(silent).not.toMatch(/Anybody/);
});

test("an address is listed once, the page's own first", () => {
  const listed = linkAddresses(OWN, [at("https://duet.example/"), at(OWN, false)]);
  expect(listed.map(({ host, reach, answers }) => [host, reach, answers])).toEqual([
    ["127.0.0.1:8080", "this machine", true],
    ["duet.example", "anywhere", true],
  ]);
});
