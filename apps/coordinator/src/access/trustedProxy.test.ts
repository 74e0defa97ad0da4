import { expect, test } from "vitest";
import { addressOf, compileTrust } from "./trustedProxy.ts";

test.each<[readonly string[], string, string | undefined, string]>([
  [[], "203.0.113.1", "198.51.100.1", "203.0.113.1"],
  [[], "127.0.0.1", "198.51.100.1", "127.0.0.1"],
  [["loopback"], "127.0.0.1", "198.51.100.1", "198.51.100.1"],
  [["loopback"], "::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
  [["loopback"], "127.0.0.1", undefined, "127.0.0.1"],
  // What the client itself wrote stands before what the proxy has seen.
  [["loopback"], "127.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"],
  [["loopback"], "127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
  [["loopback", "10.0.0.0/8"], "127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"],
  [["loopback", "10.0.0.0/8"], "127.0.0.1", "10.9.9.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"],
  [["loopback"], "203.0.113.1", "198.51.100.1", "203.0.113.1"],
  [["loopback"], "127.0.0.1", "198.51.100.1, unknown", "127.0.0.1"],
  [["loopback"], "127.0.0.1", "198.51.100.1:4711", "127.0.0.1"],
  [["loopback"], "127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
])("trusting %j, %s that names %s is %s", (trusted, remoteAddress, named, address) => {
  const headers = named === undefined ? {} : { "x-forwarded-for": named };
  expect(addressOf({ headers, socket: { remoteAddress } }, compileTrust(trusted))).toBe(address);
});
