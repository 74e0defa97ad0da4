import { describe, expect, test } from "vitest";
import { awaitedIn, skippableIn } from "../protocol/awaited.ts";
import { EXCHANGE_STEPS, type ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import { unanswered } from "./exchangeSteps.ts";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { exchangeOf, initialRoundState, openRoundOf, type RoundState } from "./roundState.ts";
import { phaseOf } from "./roundView.ts";
import { skipStanding } from "./skipped.ts";
import { joined, left, policy, simple, submitted } from "./testing/handMade.ts";
import { seenOf } from "./testing/seenOf.ts";

const NAMES = ["anna", "bram", "cleo", "dora"];
const plain = { ...policy, minClients: NAMES.length };
const secure = { ...plain, exchange: { stepMs: 100, inputMs: 300, sumsFigures: true } };
const skip = (clientId: string, at = 20): RoundEvent => ({ type: "clientSkipped", clientId, at });

function run(of: typeof policy, ...events: readonly RoundEvent[]): RoundState {
  const all = [...NAMES.map((name) => joined(name)), ...events];
  return all.reduce((state, event) => transition(state, event).state, initialRoundState(of, 0));
}

describe("a round whose clients send their adapters", () => {
  const answered = NAMES.slice(0, 2).map((name) => submitted(name, 1));

  test("goes on without the one who was skipped, and waits for the others", () => {
    const state = run(plain, ...answered, skip("cleo"));
    expect(phaseOf(state)).toBe("collecting");
    expect(awaitedIn(seenOf(state))).toEqual(["dora"]);
    expect(state.clients[2]?.note).toEqual(["skipped"]);
    const closed = run(plain, ...answered, skip("cleo"), submitted("dora", 1, 30));
    expect(phaseOf(closed)).toBe("aggregating");
    expect(Object.keys(openRoundOf(closed)?.submissions ?? {})).toEqual(["anna", "bram", "dora"]);
  });

  test("counts what the skipped one sends while it is open, and asks it again in the next", () => {
    const state = run(plain, ...answered, skip("cleo"), submitted("cleo", 1, 25));
    expect(awaitedIn(seenOf(state))).toEqual(["dora"]);
    expect(openRoundOf(state)).toMatchObject({ submissions: { cleo: {} } });
    expect(openRoundOf(state)).not.toHaveProperty("skipped");
  });

  test("closes when the last of those who are awaited is skipped", () => {
    expect(phaseOf(run(plain, ...answered, skip("cleo"), skip("dora")))).toBe("aggregating");
  });

  test("stays open for the last one who may still give a first answer", () => {
    const three = ["anna", "bram", "cleo"].map((name) => skip(name));
    const state = run(plain, ...three);
    expect(skipStanding(state, "dora")).toBe("needed");
    expect(transition(state, skip("dora")).state).toBe(state);
    expect(awaitedIn(seenOf(state))).toEqual(["dora"]);
    // Who was skipped is waited for again where nobody else is left.
    expect(awaitedIn(seenOf(transition(state, left("dora", 30)).state))).toEqual(["anna", "bram", "cleo"]);
  });

  test.each(["anna", "nobody"])("nothing happens where nobody waits for %s", (name) => {
    const state = run(plain, ...answered);
    expect(transition(state, skip(name)).state).toBe(state);
  });
});

describe("a secure sum", () => {
  const ready = NAMES.map((name) => ({ ...submitted(name, 1), artifact: null }) as RoundEvent);
  const answers = (step: ExchangeStep, names = NAMES, attempt = 1): RoundEvent[] =>
    names.map((clientId) => {
      const sent = { artifact: `${step}-${clientId}`, sha256: null, bytes: 8 };
      return { type: "exchanged", clientId, round: 1, attempt, step, ...sent, at: 20 };
    });
  const three = NAMES.slice(0, 3);

  test.each(EXCHANGE_STEPS)("goes on from %s without the one who was skipped, as without one who was late", (step) => {
    const earlier = EXCHANGE_STEPS.slice(0, EXCHANGE_STEPS.indexOf(step)).flatMap((before) => answers(before));
    const state = run(secure, ...ready, ...earlier, ...answers(step, three), skip("dora"));
    if (step === "unmask") expect(phaseOf(state)).toBe("aggregating");
    else expect(exchangeOf(state)).toMatchObject({ attempt: 1, step: EXCHANGE_STEPS[EXCHANGE_STEPS.indexOf(step) + 1] });
  });

  test("waits for the one that too few would be left without", () => {
    const state = run(secure, ...ready, ...answers("keys", ["anna", "bram"]), skip("cleo"));
    expect(skipStanding(state, "dora")).toBe("needed");
    expect(transition(state, skip("dora")).state).toBe(state);
    // The other one leaves: who was skipped is waited for again, and makes the sum.
    const alone = transition(state, left("dora", 30)).state;
    expect(exchangeOf(alone)).toMatchObject({ attempt: 1, step: "keys" });
    expect(unanswered(alone).map(({ id }) => id)).toEqual(["cleo"]);
    expect(exchangeOf(transition(alone, answers("keys", ["cleo"])[0] as RoundEvent).state)).toMatchObject({ step: "shares" });
  });

  test("that begins again waits for everybody who is ready", () => {
    const failed: RoundEvent = { type: "exchangeFailed", round: 1, attempt: 1, reason: "no luck", at: 30 };
    const state = run(secure, ...ready, ...answers("keys", NAMES.slice(0, 2)), skip("dora"), failed);
    expect(exchangeOf(state)).toMatchObject({ attempt: 2, asked: NAMES });
    expect(unanswered(state)).toHaveLength(NAMES.length);
  });

  test.each(["anna", "dora"])(
    "is not made impossible while it is collecting: with two ready, %s is waited for or done",
    (name) => {
      const state = run(secure, ...ready.slice(0, 2), skip("cleo"));
      expect(skipStanding(state, name)).toBe(name === "anna" ? "notAwaited" : "needed");
      const without = transition(state, left("dora", 30)).state;
      expect(phaseOf(without)).toBe("collecting");
      expect(awaitedIn(seenOf(without))).toEqual(["cleo"]);
      const closed = transition(state, simple("roundClosed", 30)).state;
      expect([phaseOf(closed), closed.log.at(-1)?.told]).toEqual(["collecting", ["staysOpenForSum", "updates"]]);
    },
  );

  test("of what rows are like may be skipped in, too, and says so", () => {
    const counting = { ...secure, statistics: "goOn" as const };
    const asked = NAMES.map((name) => joined(name)).reduce(
      (state, event) => transition(state, event).state,
      initialRoundState(counting, 0),
    );
    const first = answers("keys", three).reduce((state, event) => transition(state, event).state, asked);
    expect(skippableIn(seenOf(first))).toEqual(["dora"]);
    const next = transition(first, skip("dora")).state;
    expect(exchangeOf(next)).toMatchObject({ attempt: 1, step: "shares", asked: three });
    const earlier = transition(asked, skip("dora")).state;
    expect(skippableIn(seenOf(earlier))).toEqual(three);
    expect(seenOf(earlier).statistics?.exchange?.skipped).toEqual(["dora"]);
  });
});
