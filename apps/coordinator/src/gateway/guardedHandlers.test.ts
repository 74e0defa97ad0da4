import { expect, test } from "vitest";
import { createGuard } from "../access/guard.ts";
import { createJoinGate } from "../access/joinGate.ts";
import { createLockout } from "../access/lockout.ts";
import { createQuotas } from "../access/quotas.ts";
import { guardedHandlers } from "./guardedHandlers.ts";
import type { Handlers } from "./handlers.ts";
import type { Session } from "./session.ts";

test("a join that the gate refuses uses up nothing of its address's quota; one that fails within does", async () => {
  const clock = { now: () => 1_000, at: () => () => {} };
  const audit = { record: () => {}, close: () => {} };
  const guard = createGuard({
    quotas: createQuotas(clock, { join: { amount: 3, perMs: 60_000 } }),
    lockout: createLockout(clock, audit),
    audit,
  });
  const ending: ((error: Error) => void)[] = [];
  const handlers = {
    "client:join": () => new Promise((_, reject) => void ending.push(reject)),
  } as Partial<Handlers> as Handlers;
  const guarded = guardedHandlers(handlers, {
    guard,
    creation: { allows: () => true, assertAllowed: () => {} },
    joins: createJoinGate(clock, 1),
  });
  const session = {
    visitor: { network: "203.0.113.0", address: "203.0.113.1", signedIn: null },
    membership: null,
  } as Partial<Session> as Session;
  const join = async () => guarded["client:join"]({ federationId: "f" } as Parameters<Handlers["client:join"]>[0], session);
  const codeOf = (joining: Promise<unknown>) =>
    joining.then(
      () => "OK",
      (error) => error.code ?? error.message,
    );

  let joining = codeOf(join());
  for (let time = 0; time < 20; time++) expect(await codeOf(join())).toBe("RATE_LIMITED");
  for (let time = 0; time < 3; time++) {
    ending.shift()?.(new Error("no"));
    expect(await joining).toBe("no");
    joining = codeOf(join());
  }
  expect(await joining).toBe("QUOTA_USED_UP");
});
