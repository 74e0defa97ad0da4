import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { ownAddresses } from "./ownAddresses.ts";

const at = (address: string, family: "IPv4" | "IPv6" = "IPv4", internal = false): NetworkInterfaceInfo =>
  ({
    address,
    family,
    internal,
    netmask: "",
    mac: "",
    cidr: null,
    ...(family === "IPv6" ? { scopeid: 0 } : {}),
  }) as NetworkInterfaceInfo;
const networks = {
  lo: [at("127.0.0.1", "IPv4", true), at("::1", "IPv6", true)],
  eth0: [at("fe80::1", "IPv6"), at("fd12:3456::7", "IPv6"), at("192.168.1.20")],
  docker0: [at("172.17.0.1")],
};
const listening = { host: "0.0.0.0", port: 8080, base: "", origins: [] };

test("a coordinator that everybody may reach is reached by its machine's addresses, but not by those that only the machine has", () => {
  expect(ownAddresses(listening, networks)).toEqual(["http://192.168.1.20:8080/"]);
  expect(ownAddresses({ ...listening, host: "::" }, networks)).toEqual([
    "http://192.168.1.20:8080/",
    "http://[fd12:3456::7]:8080/",
  ]);
  expect(ownAddresses({ ...listening, host: "10.0.0.3" }, networks)).toEqual(["http://10.0.0.3:8080/"]);
});

test("one that listens to its machine alone has no other address, unless its operator has named one", () => {
  expect(ownAddresses({ ...listening, host: "127.0.0.1" }, networks)).toEqual([]);
  const origins = ["https://duet.example.org"];
  expect(ownAddresses({ ...listening, host: "localhost", base: "/duet", origins }, networks)).toEqual([
    "https://duet.example.org/duet/",
  ]);
});
