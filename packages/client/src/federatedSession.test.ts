import { DuetError } from "@duet/lora-core/errors/duetError";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test, vi } from "vitest";
import type { ClientIdentity } from "./clientIdentity.ts";
import { type SessionOptions, startFederatedSession } from "./federatedSession.ts";
import {
  fakeCoordinator,
  fakeEngine,
  fakeFeed,
  fakeIdentities,
  fakeSurroundings,
  keptRound,
  nothingKept,
} from "./testing/fakes.ts";
import { collecting, snapshotOf } from "./testing/snapshots.ts";

const first = { round: 1, attempt: 1 };
const known: ClientIdentity = {
  version: 4,
  federationId: "f1",
  inviteToken: "invite",
  name: "Anna",
  figures: "everybody",
  clientId: "anna",
  resumeToken: "resume",
  identitySecret: null,
  pins: {},
  removed: null,
};

/** A session of a new client among fakes; `calls` tells what it asked of them. */
function started(change: Partial<SessionOptions<ReturnType<typeof fakeEngine>["engine"]>> = {}, now = collecting(1)) {
  const calls: string[] = [];
  const coordinator = fakeCoordinator(calls);
  coordinator.answers.join = async () => ({ clientId: "anna", snapshot: now });
  const { engine, finish, rounds, beginnings } = fakeEngine(calls);
  const surroundings = fakeSurroundings();
  const feed = fakeFeed("f1");
  const identities = fakeIdentities();
  const session = startFederatedSession({
    coordinator: coordinator.client,
    feed,
    identities,
    engine,
    now: () => 0,
    surroundings,
    backend: null,
    config: snapshotOf().config,
    identity: { inviteToken: "invite", name: "Anna", figures: "everybody", known: null },
    rows: "rows-1",
    start: null,
    kept: nothingKept,
    ...change,
  });
  const has = (...wanted: string[]) => vi.waitFor(() => expect(calls).toEqual(expect.arrayContaining(wanted)));
  const stage = (kind: string) => vi.waitFor(() => expect(session.get().stage.kind).toBe(kind));
  return {
    session,
    calls,
    engine,
    coordinator,
    feed,
    identities,
    finish,
    rounds,
    beginnings,
    surroundings,
    has,
    stage,
    sent: coordinator.sent,
    said: coordinator.said,
  };
}

test("a round from the open base to the confirmed submission, in this order", async () => {
  const { calls, finish, has, identities, stage } = started();
  await has("run 1");
  finish(first);
  await has("confirm 1");
  await stage("waiting");
  const before = ["load transfers", "open any", "begin rows-1", "client:join", "keep anna"];
  expect(calls).toEqual([...before, "fetch 1", "run 1", "send 1", "confirm 1"]);
  expect(identities.saved.get("f1")).toMatchObject({ clientId: "anna", removed: null });
});

test("where clients may have their own rank it says the one that was chosen, and has it again when it comes back", async () => {
  const { config } = snapshotOf();
  const ranked = { ...config, ranks: "padded" as const, adapter: { ...config.adapter, rank: 8, alpha: 16 } };
  const begun = async (identity: Partial<SessionOptions<ReturnType<typeof fakeEngine>["engine"]>["identity"]>) => {
    const engine = fakeEngine([]).engine;
    const setups: unknown[] = [];
    const begin: typeof engine.begin = (request) => {
      setups.push(request.setup.adapter);
      return engine.begin(request);
    };
    const own = { inviteToken: "invite", name: "Anna", figures: "everybody" as const, known: null, ...identity };
    const { identities, calls, said } = started({ config: ranked, engine: { ...engine, begin }, identity: own });
    await vi.waitFor(() => expect(calls).toContain("client:join"));
    await vi.waitFor(() => expect(identities.saved.get("f1")).toBeDefined());
    const joined = said.find(({ name }) => name === "client:join")?.payload;
    return { adapter: setups[0], saved: identities.saved.get("f1")?.rank, joined };
  };
  expect(await begun({ rank: 4 })).toMatchObject({ adapter: { rank: 4, alpha: 8 }, saved: 4, joined: { rank: 4 } });
  expect(await begun({ known: { ...known, rank: 2 }, rank: 4 })).toMatchObject({ adapter: { rank: 2, alpha: 4 }, saved: 2 });
  // Who came with all of them, and who has room for all.
  expect(await begun({ known, rank: 4 })).toMatchObject({ adapter: { rank: 8, alpha: 16 }, saved: undefined });
  expect(await begun({})).toMatchObject({ adapter: { rank: 8, alpha: 16 }, saved: undefined });
});

test("a round that is over goes on where its answer is still taken, which is sent once; then the open one begins", async () => {
  const { feed, calls, finish, has, session } = started();
  const opened = (stillTaken: number[]) => {
    const second = collecting(2);
    const { openRound } = second;
    return {
      ...second,
      openRound: openRound && { ...openRound, ...(stillTaken.length > 0 ? { stillTaken: { anna: stillTaken } } : {}) },
    };
  };
  const late = (stillTaken: number[]) => ({ ...opened(stillTaken), config: { ...opened([]).config, late: { rounds: 1 } } });
  await has("run 1");
  feed.push({ ...late([]), phase: "waiting", openRound: null });
  feed.push(late([1]));
  expect(session.get().stage).toMatchObject({ kind: "working", round: 1 });
  expect(calls).not.toContain("cancel");
  finish(first);
  await has("confirm 1");
  feed.push(late([]));
  await has("run 2");
  expect(calls.filter((call) => call === "send 1")).toHaveLength(1);
  expect(calls).not.toContain("cancel");
});

test("a round that is over is cancelled where its answer is taken no more", async () => {
  const { feed, has } = started();
  await has("run 1");
  const second = collecting(2);
  feed.push({ ...second, config: { ...second.config, late: { rounds: 1 } } });
  await has("cancel");
});

test("a lost device: the base again on wasm, the same rows, the same client, the round once more", async () => {
  const { calls, rounds, finish, has } = started();
  await has("run 1");
  rounds.get(1)?.reject(new DuetError("DEVICE_LOST", "The graphics device was lost."));
  await has("open wasm");
  await vi.waitFor(() => expect(calls.filter((call) => call === "run 1")).toHaveLength(2));
  finish(first);
  await has("confirm 1");
  expect(calls.filter((call) => call === "client:join")).toHaveLength(2);
});

test("a coordinator with too much to do is asked again when it says, and that is said once", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const { session, coordinator, has, calls } = started();
    const { join } = coordinator.answers;
    let refusals = 2;
    coordinator.answers.join = async () => {
      if (refusals-- > 0) throw new DuetError("RATE_LIMITED", "Too many clients join", { retryAfterMs: 4_000 });
      return join();
    };
    await has("client:join");
    await vi.advanceTimersByTimeAsync(12_000);
    await has("run 1");
    expect(calls.filter((call) => call === "client:join")).toHaveLength(3);
    expect(session.get().notes).toEqual([["putOff", expect.toSatisfy((seconds: number) => seconds >= 4 && seconds <= 6)]]);
  } finally {
    vi.useRealTimers();
  }
});

test("however often the connection was lost meanwhile, one join waits for its time", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const { session, coordinator, has, calls } = started();
    const { join } = coordinator.answers;
    let isBusy = true;
    coordinator.answers.join = async () => {
      if (isBusy) throw new DuetError("RATE_LIMITED", "Too many clients join", { retryAfterMs: 60_000 });
      return join();
    };
    const joins = () => calls.filter((call) => call === "client:join").length;
    await has("client:join");
    for (let time = 2; time < 6; time++) {
      coordinator.lose();
      coordinator.comeBack();
      await vi.waitFor(() => expect(joins()).toBe(time));
    }
    await vi.advanceTimersByTimeAsync(95_000);
    expect(joins()).toBe(6);
    expect(session.get().notes).toHaveLength(1);
    isBusy = false;
    await vi.advanceTimersByTimeAsync(95_000);
    await has("run 1");
    expect(joins()).toBe(7);
  } finally {
    vi.useRealTimers();
  }
});

test("a refusal says what happened and what to do, and ends the engine", async () => {
  const { session, coordinator, stage, has } = started({}, collecting(1));
  coordinator.answers.join = async () => {
    throw new DuetError("FEDERATION_FULL", "This federation is full: it takes 2 clients");
  };
  await stage("failed");
  expect(session.get().stage).toEqual({
    kind: "failed",
    failure: {
      code: "FEDERATION_FULL",
      sentence: "This federation is full: it takes 2 clients.",
      nextStep: "Ask the organiser to raise the number of clients, or watch instead.",
    },
  });
  await has("close");
});

test("the coordinator away during a submission: it is sent again when it is back, and counted once", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const { calls, coordinator, finish, has } = started();
    await has("run 1");
    let tries = 0;
    coordinator.answers.submit = async () => {
      tries += 1;
      if (tries < 3) throw new DuetError("TIMEOUT", "The coordinator did not answer");
    };
    coordinator.lose();
    finish(first);
    await has("send 1");
    await vi.advanceTimersByTimeAsync(5_000);
    coordinator.comeBack();
    await has("confirm 1");
    expect(tries).toBe(3);
    expect(calls.filter((call) => call === "client:join")).toHaveLength(2);
    expect(calls.filter((call) => call === "run 1")).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test("removed while working: it stops, is told the truth, remembers it, and keeps what it has learned", async () => {
  const { session, coordinator, finish, has, identities, calls } = started();
  await has("run 1");
  finish(first);
  await has("confirm 1");
  coordinator.replace({ reason: "The organiser removed this client", why: "removed" });
  expect(session.get().stage).toEqual({ kind: "removed", reason: "The organiser removed this client", why: "removed" });
  expect(session.get().adapters).toMatchObject({ round: 1 });
  expect(identities.saved.get("f1")).toMatchObject({
    clientId: "anna",
    removed: "The organiser removed this client",
    exit: "removed",
  });
  expect(calls).not.toContain("forget anna");
});

test("a removed client that comes back shows what it has kept and asks for nothing", async () => {
  const removed = "The organiser removed this client";
  const { session, calls } = started({
    identity: { inviteToken: "invite", name: "Anna", figures: "everybody", known: { ...known, removed } },
    kept: keptRound({ round: 3, attempt: 1 }),
  });
  expect(session.get()).toMatchObject({ stage: { kind: "removed", reason: removed }, adapters: { round: 3 } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toEqual([]);
});

test("leaving in the middle of work cancels it and forgets everything here", async () => {
  const { session, has, identities } = started();
  await has("run 1");
  await session.leave();
  await has("cancel", "client:leave", "forget anna", "close");
  expect(identities.saved.size).toBe(0);
});

test("after the end the engine still answers; closing ends it", async () => {
  const { session, calls, feed, has, stage } = started();
  await has("run 1");
  feed.push(snapshotOf({ phase: "finished", note: "All rounds are done." }));
  await stage("finished");
  expect(calls).not.toContain("close");
  session.close();
  expect(calls).toContain("close");
});

test("a resumed round says where it goes on, and is submitted once", async () => {
  const { session, calls, beginnings, finish, has } = started();
  beginnings.set(1, { kind: "resumed", training: { step: 120, steps: 300 }, backend: "webgpu", isExact: true });
  await has("run 1");
  expect(session.get().notes).toEqual([["goesOn", ["atStep", 120, 300]]]);
  finish(first);
  await has("confirm 1");
  expect(calls.filter((call) => call === "send 1")).toHaveLength(1);
});

test("no timer of the page drives a round: it is worked on and submitted while they all stand still", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: false });
  try {
    const { calls, finish } = started();
    const settle = async () => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    };
    await settle();
    expect(calls).toContain("run 1");
    finish(first);
    await settle();
    expect(calls).toContain("confirm 1");
  } finally {
    vi.useRealTimers();
  }
});

test("what the surroundings tell is shown; a session that is closed listens no more", async () => {
  const { session, surroundings, has } = started();
  await has("run 1");
  surroundings.change({ kind: "offline" });
  expect(session.get().notes).toHaveLength(1);
  session.close();
  surroundings.change({ kind: "online" });
  expect(session.get().notes).toHaveLength(1);
});

test("a private federation tells the engine all of its trainings, any other none", async () => {
  const { config } = snapshotOf();
  const begun: unknown[] = [];
  const listening = () => {
    const { engine } = fakeEngine([]);
    const begin: typeof engine.begin = (request) => {
      begun.push(request.setup.trainings);
      return engine.begin(request);
    };
    return { ...engine, begin };
  };
  const training = { ...config.training, privacy: { epsilon: 8, clip: 1 } };
  for (const change of [{}, { config: { ...config, training } }]) {
    const { stage } = started({ ...change, engine: listening() });
    await stage("working");
  }
  const { local, inner, rounds } = config.budgets;
  expect(begun).toEqual([undefined, [local, ...Array.from({ length: rounds }, () => inner)]]);
});

test("a device that may be too small says so when it joins, and computes as little at a time as it can", async () => {
  for (const bytes of [null, 1]) {
    const { engine } = fakeEngine([]);
    const begun: unknown[] = [];
    const begin: typeof engine.begin = (request) => {
      begun.push(request.setup.memory);
      return engine.begin(request);
    };
    const deviceLimits = async () => ({ bytes, tensorBytes: null, weightBytes: null });
    const { stage, coordinator } = started({ engine: { ...engine, begin, deviceLimits } });
    await stage("working");
    const told = coordinator.said.find(({ name }) => name === "client:join")?.payload as { device: object };
    expect("isTight" in told.device).toBe(bytes === 1);
    const whole = { rowsAtOnce: snapshotOf().config.training.batchSize, recompute: false };
    expect(begun).toEqual([bytes === 1 ? { rowsAtOnce: 1, recompute: true } : whole]);
  }
});

/** Round 1 of a secure federation, at this step of its sum. */
function summing(step: "keys" | "shares", answered: string[] = []): Snapshot {
  const open = collecting(1);
  const exchange = { attempt: 1, step, asked: ["anna", "bram"], answered, clip: null };
  const clients = open.clients.map((client) => ({ ...client, identity: `key of ${client.id}` }));
  return {
    ...open,
    clients,
    phase: "exchanging",
    openRound: open.openRound && { ...open.openRound, submitted: ["anna"], exchange },
  };
}

test("in a secure federation the result is said to be ready without its adapter, and each step of the sum is answered once", async () => {
  const config = { ...snapshotOf().config, aggregation: "secure" as const };
  const { calls, finish, has, feed, identities, stage, sent } = started({ config });
  await has("run 1");
  finish(first);
  await has("confirm 1");
  expect(sent.map(({ adapter }) => adapter)).toEqual([null]);
  for (const snapshot of [summing("keys"), summing("keys"), summing("keys", ["anna"]), summing("shares")]) {
    feed.push(snapshot);
    await has(`answer ${snapshot.openRound?.exchange?.step}`);
  }
  await stage("waiting");
  const steps = calls.filter((call) => /^(fetch|sum|answer) [a-z]/.test(call));
  expect(steps).toEqual(["fetch keys", "sum keys", "answer keys", "fetch shares", "sum shares", "answer shares"]);
  expect(identities.saved.get("f1")?.identitySecret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(identities.saved.get("f1")?.pins).toEqual({ anna: "key of anna", bram: "key of bram" });
});

test("an engine that is silent over a step of the sum for five minutes is dead, and the person is told", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const config = { ...snapshotOf().config, aggregation: "secure" as const };
    const { session, calls, finish, has, feed, stage, engine } = started({ config });
    engine.answerSum = () => new Promise(() => {});
    await has("run 1");
    finish(first);
    await has("confirm 1");
    feed.push(summing("keys"));
    await has("fetch keys");
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(session.get().stage.kind).not.toBe("failed");
    await vi.advanceTimersByTimeAsync(90_000);
    await stage("failed");
    expect(session.get().stage).toMatchObject({ failure: { code: "WORKER_DIED" } });
    expect(calls).not.toContain("answer keys");
  } finally {
    vi.useRealTimers();
  }
});

test("what must not be answered is not, and the person is told why", async () => {
  const config = { ...snapshotOf().config, aggregation: "secure" as const };
  const { calls, finish, has, feed, session } = started({ config });
  await has("run 1");
  finish(first);
  await has("confirm 1");
  feed.push(summing("keys"));
  await has("answer keys");
  const other = summing("shares");
  feed.push({ ...other, clients: other.clients.map((client) => ({ ...client, identity: "another" })) });
  await vi.waitFor(() => expect(session.get().notes.at(-1)).toEqual(["sumRefused", ["otherKey", "anna"]]));
  expect(calls).not.toContain("answer shares");
});

test("after a reload a client knows the others by the keys that it saw before", async () => {
  const config = { ...snapshotOf().config, aggregation: "secure" as const };
  const secrets = { identitySecret: "A".repeat(43), pins: { bram: "key of bram before the reload" } };
  const { finish, has, feed, session, calls } = started({
    config,
    identity: { inviteToken: "invite", name: "Anna", figures: "everybody", known: { ...known, ...secrets } },
  });
  await has("run 1");
  finish(first);
  await has("confirm 1");
  feed.push(summing("keys"));
  await vi.waitFor(() => expect(session.get().notes.at(-1)).toEqual(["sumRefused", ["otherKey", "bram"]]));
  expect(calls).not.toContain("answer keys");
});

test("who chooses that nobody sees its figures says so at once, and tells none from then on", async () => {
  const { session, coordinator, identities, finish, rounds } = started();
  await vi.waitFor(() => expect(rounds.has(1)).toBe(true));
  expect(coordinator.said.find(({ name }) => name === "client:join")?.payload).toMatchObject({
    figures: "everybody",
    device: { backend: "webgpu" },
    samples: { train: 60, fusion: 10, test: 30 },
  });
  await session.tellFigures("nobody");
  expect(coordinator.said.findLast(({ name }) => name === "client:join")?.payload).toMatchObject({
    figures: "nobody",
    device: null,
    samples: { train: 60, fusion: null, test: null },
  });
  expect(identities.saved.get("f1")).toMatchObject({ figures: "nobody" });
  expect(session.get()).toMatchObject({ figures: "nobody", stage: { kind: "working", round: 1 } });
  finish(first);
  await vi.waitFor(() => expect(coordinator.sent).toHaveLength(1));
  expect(coordinator.sent[0]?.metrics).toEqual(NO_METRICS);
  // Its owner still sees them.
  expect(session.get().own?.trainLoss).toBe(keptRound(first).done.metrics.trainLoss);
});
