import fc from "fast-check";
import { expect, test } from "vitest";
import { Refusal } from "../refusal.ts";
import type { AuditEntry, AuditEvent } from "./audit.ts";
import { createConnectionCount } from "./connectionCount.ts";
import { MAX_REMEMBERED, MAX_WRONG, QUOTAS } from "./limits.ts";
import { createLockout } from "./lockout.ts";
import { createQuotas } from "./quotas.ts";
import { createRecentMap } from "./recentMap.ts";
import { networkOf } from "./visitor.ts";

function clockAt(start: number) {
  let now = start;
  const pass = (ms: number) => {
    now += ms;
  };
  return { clock: { now: () => now, at: () => () => {} }, pass };
}

test("what is remembered is bounded, whatever strangers make up, and what was touched last stays", () => {
  const map = createRecentMap<number>(3);
  for (const key of ["a", "b", "c"]) map.set(key, 1);
  map.set("a", 2);
  map.set("d", 1);
  expect([map.get("a"), map.get("b"), map.get("c"), map.get("d"), map.size]).toEqual([2, undefined, 1, 1, 3]);
});

test("lock-outs double up to an hour, are logged once each, and a flood of other addresses costs no more memory", () => {
  const { clock, pass } = clockAt(1_000);
  const logged: [AuditEvent, AuditEntry][] = [];
  const lockout = createLockout(clock, { record: (event, entry) => void logged.push([event, entry]) });
  const isOpen = () => {
    try {
      lockout.assertOpen("203.0.113.1", "operatorKey");
      return true;
    } catch {
      return false;
    }
  };
  const seconds: number[] = [];
  for (let time = 0; time < 9; time++) {
    for (let tries = 0; tries < MAX_WRONG.operatorKey; tries++) lockout.failed("203.0.113.1", "operatorKey");
    const length = logged.at(-1)?.[1].seconds ?? 0;
    seconds.push(length);
    pass(length * 1000 - 1);
    expect(isOpen()).toBe(false);
    pass(1);
    expect(isOpen()).toBe(true);
  }
  expect(seconds).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  expect(logged).toHaveLength(9);
  // Nine wrong ones in ten minutes are a person who mistypes.
  pass(3 * 60 * 60_000);
  for (let tries = 0; tries < 30; tries++) {
    lockout.failed("203.0.113.1", "operatorKey");
    pass(10 * 60_000);
  }
  expect(isOpen()).toBe(true);
  for (let other = 0; other < MAX_REMEMBERED + 10; other++) lockout.failed(`2001:db8:${other.toString(16)}::/64`, "link");
  expect(logged).toHaveLength(9);
});

test("a quota never gives more than its amount and what has refilled since, in any order of takes and pauses", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ wait: fc.nat(60_000), amount: fc.integer({ min: 1, max: 400 }) })), (steps) => {
      const { clock, pass } = clockAt(0);
      const quotas = createQuotas(clock, { join: { amount: 1000, perMs: 60_000 } });
      let [taken, elapsed] = [0, 0];
      for (const { wait, amount } of steps) {
        pass(wait);
        elapsed += wait;
        try {
          quotas.take("join", "203.0.113.1", amount);
          taken += amount;
        } catch {}
        expect(taken).toBeLessThanOrEqual(1000 + (elapsed * 1000) / 60_000 + 1e-6);
      }
    }),
  );
});

test("who has used up its quota is told when there is enough again, where that is soon", () => {
  const { clock, pass } = clockAt(0);
  const quotas = createQuotas(clock);
  const againMs = (name: "join" | "federation" | "upload", amount?: number) => {
    try {
      quotas.take(name, "203.0.113.1", amount);
      return 0;
    } catch (error) {
      return error instanceof Refusal ? error.retryAfterMs : Number.NaN;
    }
  };
  for (let joined = 0; joined < QUOTAS.join.amount; joined++) expect(againMs("join")).toBe(0);
  // A place more for each who is refused, forty milliseconds long; nobody is told to come at once.
  const waits = Array.from({ length: 30 }, () => againMs("join"));
  expect([waits[0], waits[24], waits[25], waits[29]]).toEqual([1_000, 1_000, 1_040, 1_200]);
  pass(39);
  expect(againMs("join")).toBe(1_201);
  pass(1);
  expect(againMs("join")).toBe(0);
  expect(againMs("federation", QUOTAS.federation.amount)).toBe(0);
  expect(againMs("federation")).toBe(60_000);
  expect(againMs("federation", 6)).toBeNull();
  expect(againMs("upload", QUOTAS.upload.amount + 1)).toBeNull();
});

test("a crowd behind one address gets in as fast as its quota allows, and none of it asks often", () => {
  const { clock, pass } = clockAt(0);
  const quotas = createQuotas(clock);
  // A class that comes while the address has joined as often as it may: who is refused comes when it is told, or up to half as much later.
  quotas.take("join", "203.0.113.1", QUOTAS.join.amount);
  const waiting = Array.from({ length: 2_000 }, (_, index) => ({ index, tries: 0, at: 0 }));
  let inAll = 0;
  let busiest = 0;
  for (let second = 0; waiting.length > 0 && second < 600; second++, pass(1_000)) {
    const asking = waiting.filter(({ at }) => at <= clock.now());
    busiest = Math.max(busiest, second === 0 ? 0 : asking.length);
    for (const client of asking) {
      client.tries += 1;
      inAll += 1;
      try {
        quotas.take("join", "203.0.113.1");
        waiting.splice(waiting.indexOf(client), 1);
      } catch (error) {
        const told = error instanceof Refusal ? error.retryAfterMs : null;
        client.at = clock.now() + (told ?? Number.NaN) * (1 + (0.5 * ((client.index * 37) % 256)) / 256);
      }
      expect(client.tries).toBeLessThan(10);
    }
  }
  expect(waiting).toHaveLength(0);
  expect(clock.now()).toBeLessThan(180_000);
  expect(inAll).toBeLessThan(6_000);
  expect(busiest).toBeLessThan(200);
});

test("what was given back may be taken again, and never more than there is", () => {
  const quotas = createQuotas(clockAt(0).clock, { federation: { ...QUOTAS.federation, amount: 2 } });
  quotas.take("federation", "a");
  for (let time = 0; time < 5; time++) quotas.giveBack("federation", "a");
  quotas.take("federation", "a");
  quotas.take("federation", "a");
  expect(() => quotas.take("federation", "a")).toThrow(/^New federations from this address or account come too fast$/);
  quotas.take("federation", "b");
});

test("a place among the sockets is given up once, however often that is said", () => {
  const count = createConnectionCount(2);
  const leave = count.enter("a");
  count.enter("a");
  expect(() => count.enter("a")).toThrow(/2 connections open/);
  leave();
  leave();
  count.enter("a");
  expect(() => count.enter("a")).toThrow(/2 connections open/);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
