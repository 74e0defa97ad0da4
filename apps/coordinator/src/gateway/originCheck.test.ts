import { pino } from "pino";
import { expect, it, test } from "vitest";
import { createOriginCheck, type OriginSettings } from "./originCheck.ts";

/** A check, and what it logs. */
function checkOf(settings: Partial<OriginSettings> = {}) {
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  return { check: createOriginCheck({ origins: [], trustProxy: [], ...settings }, logger), logged };
}

const arrival = (headers: Record<string, string | undefined>, remoteAddress = "127.0.0.1") => ({
  headers,
  socket: { remoteAddress },
});

it.each([
  ["http://duet.example:8080", "duet.example:8080", true],
  ["https://duet.example", "duet.example", true],
  ["http://duet.example", "duet.example", true],
  [undefined, "duet.example", true],
  ["https://duet.example", "duet.example:443", true],
  ["http://duet.example", "duet.example:80", true],
  ["http://duet.example:80", "duet.example", true],
  ["https://Duet.Example", "duet.EXAMPLE", true],
  ["https://duet.example", "duet.example.", true],
  ["https://duet.example.", "duet.example:443", true],
  ["http://[::1]:8080", "[::1]:8080", true],
  ["http://[0:0:0:0:0:0:0:1]:8080", "[::1]:8080", true],
  ["http://[::1]", "[::1]:80", true],
  ["https://münchen.example", "xn--mnchen-3ya.example", true],
  ["http://[::1]:8080", "[::2]:8080", false],
  ["https://duet.example", "duet.example:80", false],
  ["http://duet.example", "duet.example:443", false],
  ["http://evil.example", "duet.example:8080", false],
  ["http://duet.example:9090", "duet.example:8080", false],
  ["http://duet.example.evil.example", "duet.example", false],
  ["http://duet.example@evil.example", "duet.example", false],
  ["http://evil.example", "evil.example@duet.example", false],
  ["http://duet.example", "duet.example/evil", false],
  ["http://duet.example/page", "duet.example", false],
  ["file://duet.example", "duet.example", false],
  ["chrome-extension://duet.example", "duet.example", false],
  ["http://duet.example", undefined, false],
  ["http://duet.example", "", false],
  ["null", "duet.example", false],
  ["null", "null", false],
  ["", "", false],
])("origin %s at host %s: %s", (origin, host, accepted) => {
  expect(checkOf().check.refusal(arrival({ origin, host })) === null).toBe(accepted);
});

const proxied = (forwardedHost: string, proto?: string) => ({
  origin: "https://duet.example",
  host: "127.0.0.1:8080",
  "x-forwarded-host": forwardedHost,
  "x-forwarded-proto": proto,
});

it.each<[readonly string[], string, string, string | undefined, boolean]>([
  [[], "127.0.0.1", "duet.example", "https", false],
  [["loopback"], "127.0.0.1", "duet.example", "https", true],
  [["loopback"], "::1", "duet.example", "https", true],
  [["loopback"], "::ffff:127.0.0.1", "duet.example", "https", true],
  [["loopback"], "10.1.2.3", "duet.example", "https", false],
  [["10.0.0.0/8"], "10.1.2.3", "duet.example", "https", true],
  [["192.168.0.7", "10.1.2.3"], "10.1.2.3", "DUET.example:443", undefined, true],
  [["loopback"], "127.0.0.1", "evil.example", "https", false],
  // The nearest proxy's own word is the last one.
  [["loopback"], "127.0.0.1", "duet.example, evil.example", "https", false],
  [["loopback"], "127.0.0.1", "evil.example, duet.example", "http, https", true],
  [["loopback"], "127.0.0.1", "duet.example:443", "http", true],
  // A page of the unsafe address does not reach the safe one.
  [["loopback"], "127.0.0.1", "duet.example", "http", false],
  [["loopback"], "127.0.0.1", "duet.example", "HTTPS", true],
])("trusting %s, from %s, X-Forwarded-Host %s and -Proto %s: %s", (trustProxy, from, host, proto, accepted) => {
  expect(checkOf({ trustProxy }).check.refusal(arrival(proxied(host, proto), from)) === null).toBe(accepted);
});

test("further origins are accepted wherever the coordinator was reached, and in every spelling", () => {
  const { check } = checkOf({ origins: ["https://duet.example", "http://[::1]:9000"] });
  const host = "127.0.0.1:8080";
  for (const origin of ["https://duet.example", "https://DUET.example.:443", "http://[0::1]:9000", "http://127.0.0.1:8080"]) {
    expect([origin, check.refusal(arrival({ origin, host }))]).toEqual([origin, null]);
  }
  expect(check.refusal(arrival({ origin: "http://duet.example", host }))?.message).toMatch(/--origin http:\/\/duet\.example/);
});

test("a refusal names both addresses and the option that mends it", () => {
  const { check } = checkOf();
  expect(check.refusal(arrival({ origin: "https://duet.example", host: "127.0.0.1:8080" }))?.message).toBe(
    "This page was opened at https://duet.example, but the coordinator was reached as https://127.0.0.1:8080 and takes no other page. " +
      "Whoever runs it starts it with --origin https://duet.example, or lets the proxy pass the Host header on.",
  );
  expect(check.refusal(arrival(proxied("duet.example", "https"), "::ffff:10.1.2.3"))?.message).toMatch(
    /starts it with --trust-proxy 10\.1\.2\.3 \(.*\), or with --origin https:\/\/duet\.example\.$/,
  );
  expect(check.refusal(arrival({ origin: "null", host: "duet.example" }))?.message).toMatch(
    /opened at null.*Open it from the coordinator itself/,
  );
});

test("a pair is logged once with both values, and strangers cannot fill the log", () => {
  const { check, logged } = checkOf();
  const refuse = (origin: string) => check.refusal(arrival({ origin, host: "duet.example" }));
  for (let time = 0; time < 3; time++) refuse("https://evil.example");
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatchObject({ origin: "https://evil.example", expected: "https://duet.example" });
  for (let site = 0; site < 1000; site++) refuse(`https://evil-${site}.example/${"x".repeat(5000)}`);
  expect(logged).toHaveLength(100);
  expect(JSON.stringify(logged).length).toBeLessThan(60_000);
});
