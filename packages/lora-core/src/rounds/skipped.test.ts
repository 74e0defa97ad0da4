import { describe, expect, test } from "vitest";
import { awaitedIn } from "../protocol/awaited.ts";
import { EXCHANGE_STEPS, type ExchangeStep } from "../secureAggregation/exchangeStep.ts";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { exchangeOf, initialRoundState, openRoundOf, type RoundState } from "./roundState.ts";
import { phaseOf, roundsView } from "./roundView.ts";
import { joined, policy, submitted } from "./testing/handMade.ts";

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
    expect(awaitedIn(roundsView(state))).toEqual(["dora"]);
    expect(state.clients[2]?.note).toEqual(["skipped"]);
    const closed = run(plain, ...answered, skip("cleo"), submitted("dora", 1, 30));
    expect(phaseOf(closed)).toBe("aggregating");
    expect(Object.keys(openRoundOf(closed)?.submissions ?? {})).toEqual(["anna", "bram", "dora"]);
  });

  test("counts what the skipped one sends while it is open, and asks it again in the next", () => {
    const state = run(plain, ...answered, skip("cleo"), submitted("cleo", 1, 25));
    expect(awaitedIn(roundsView(state))).toEqual(["dora"]);
    expect(openRoundOf(state)).toMatchObject({ submissions: { cleo: {} } });
    expect(openRoundOf(state)).not.toHaveProperty("skipped");
  });

  test("closes when the last of those who are awaited is skipped", () => {
    expect(phaseOf(run(plain, ...answered, skip("cleo"), skip("dora")))).toBe("aggregating");
  });

  test("stays open for the last one who may still give a first answer", () => {
    const three = ["anna", "bram", "cleo"].map((name) => skip(name));
    const state = run(plain, ...three, skip("dora"));
    expect(awaitedIn(roundsView(state))).toEqual(["dora"]);
    expect(state.log.at(-1)?.told).toEqual(["staysOpen"]);
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
    const state = run(secure, ...ready, ...answers("keys", ["anna", "bram"]), skip("cleo"), skip("dora"));
    expect(state.log.at(-1)?.told).toEqual(["staysOpenForSum", "updates"]);
    expect(exchangeOf(state)).toMatchObject({ attempt: 1, step: "keys" });
  });

  test("that begins again is made without who was skipped", () => {
    const failed: RoundEvent = { type: "exchangeFailed", round: 1, attempt: 1, reason: "no luck", at: 30 };
    const state = run(secure, ...ready, ...answers("keys", three), skip("dora"), failed);
    expect(exchangeOf(state)).toMatchObject({ attempt: 2, asked: three });
  });
});
