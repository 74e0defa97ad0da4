import { expect, test } from "vitest";
import { lateWeight, stillTaken, stillTakenOf } from "./lateAnswers.ts";
import type { RoundEvent } from "./roundEvents.ts";
import { transition } from "./roundMachine.ts";
import { initialRoundState, openRoundOf, outstanding, type RoundPolicy, type RoundState } from "./roundState.ts";
import { roundsView } from "./roundView.ts";
import { submissionStanding } from "./submissionStanding.ts";
import {
  aggregated,
  away,
  commandsOf,
  DEADLINE,
  damaged,
  deadline,
  policy as inTime,
  joined,
  left,
  returned,
  simple,
  submitted,
} from "./testing/handMade.ts";

/** Rounds 1 to 4 are shared, round 5 fuses; what is late is taken for two rounds. */
const federated = (round: number) => ({ round, stage: "federated" as const, receives: true, uploads: true });
const policy: RoundPolicy = {
  ...inTime,
  schedule: [1, 2, 3, 4].map(federated).concat({ ...federated(5), stage: "fusing" as never, uploads: false }),
  late: { rounds: 2 },
};

const run = (...events: readonly RoundEvent[]): RoundState => runFrom(initialRoundState(policy, 0), ...events);
const runFrom = (state: RoundState, ...events: readonly RoundEvent[]) =>
  events.reduce((before, event) => transition(before, event).state, state);
/** Anna answers round 1 and bram does not, so that round 2 is open since its deadline. */
const missed = () => run(joined("anna"), joined("bram", 5), submitted("anna", 1), deadline(1, 5 + DEADLINE), aggregated(1, 1010));
const open = (state: RoundState) => openRoundOf(state);
const answer = (clientId: string, round: number, at: number) => {
  const event = submitted(clientId, round, at);
  return event.type === "submitted" ? { ...event, artifact: `${round}-${clientId}` } : event;
};

test("an answer that a round did not wait for counts in the next one, for 0.7071 of one in time", () => {
  const late = runFrom(missed(), answer("bram", 1, 1020));
  expect(late.late).toEqual([{ clientId: "bram", round: 1, artifact: "1-bram", sampleCount: 10 }]);
  const commands = commandsOf(late, answer("anna", 2, 1030));
  expect(commands.find(({ type }) => type === "aggregate")).toMatchObject({
    round: 2,
    inputs: [
      { clientId: "anna", artifact: "2-anna" },
      { clientId: "bram", artifact: "1-bram", weight: 1 / Math.sqrt(2) },
    ],
  });
  const closed = runFrom(late, answer("anna", 2, 1030), aggregated(2, 1040));
  expect(closed.rounds[1]).toMatchObject({ aggregated: ["anna"], late: { bram: 1 }, behind: ["bram"] });
  expect(closed.late).toEqual([]);
  expect(closed.log.map(({ text }) => text)).toContain(
    "bram's answer of round 1 came late and is kept for round 2: it counts there for 0.71 of one in time, unless bram answers that round too",
  );
  expect(closed.clients[1]).toMatchObject({ history: [{ round: 1 }], bytesUp: 64 });
});

test("nobody is waited for a second time while its answer is still taken", () => {
  const second = missed();
  expect(open(second)).toMatchObject({ participants: ["anna", "bram"], behind: ["bram"] });
  expect(outstanding(second, open(second) as never).map(({ id }) => id)).toEqual(["anna"]);
  const third = runFrom(second, answer("anna", 2, 1030), aggregated(2, 1040));
  expect(open(third)).toMatchObject({ index: 2, behind: ["bram"] });
  const fourth = runFrom(third, answer("anna", 3, 1050), aggregated(3, 1060));
  expect(stillTaken(fourth, open(fourth) as never, "bram")).toEqual([3, 2]);
  // What it was waited for is two rounds past; now it is waited for again.
  expect(open(fourth)).not.toHaveProperty("behind");
  expect(outstanding(fourth, open(fourth) as never).map(({ id }) => id)).toEqual(["anna", "bram"]);
});

test("the client that is behind has begun the round in which it answered late, and is behind in the next one", () => {
  const third = runFrom(missed(), answer("bram", 1, 1020), answer("anna", 2, 1030), aggregated(2, 1040));
  expect(open(third)).toMatchObject({ index: 2, behind: ["bram"] });
  expect(stillTaken(third, open(third) as never, "bram")).toEqual([2]);
  const inTimeAgain = runFrom(third, answer("bram", 3, 1050), answer("anna", 3, 1060), aggregated(3, 1070));
  expect(inTimeAgain.rounds[2]?.aggregated).toEqual(["bram", "anna"]);
  expect(open(inTimeAgain)).not.toHaveProperty("behind");
  expect(stillTaken(inTimeAgain, open(inTimeAgain) as never, "bram")).toEqual([]);
});

test("where all the others have left, the one that is behind is waited for", () => {
  const alone = runFrom(missed(), left("anna", 1020));
  expect(open(alone)).toMatchObject({ index: 1 });
  expect(outstanding(alone, open(alone) as never).map(({ id }) => id)).toEqual(["bram"]);
  expect(runFrom(alone, answer("bram", 2, 1030)).phase.kind).toBe("aggregating");
});

test("one that comes back while it is behind is not waited for either", () => {
  const back = runFrom(
    run(
      joined("anna"),
      joined("bram", 5),
      submitted("anna", 1),
      away("bram", 20),
      deadline(1, 5 + DEADLINE),
      aggregated(1, 1010),
    ),
    returned("bram", 1020),
  );
  expect(open(back)).toMatchObject({ participants: ["anna", "bram"], behind: ["bram"] });
  expect(submissionStanding(back, "bram", 1)).toEqual({ kind: "late" });
});

test("who answers the open round too counts once in its mean, with the newer answer", () => {
  const both = runFrom(missed(), answer("bram", 1, 1020), answer("bram", 2, 1025));
  expect(both.late).toEqual([]);
  expect(submissionStanding(both, "bram", 1).kind).toBe("refused");
  const commands = commandsOf(both, answer("anna", 2, 1030));
  const inputs = commands.flatMap((command) => (command.type === "aggregate" ? command.inputs : []));
  expect(inputs.map(({ artifact }) => artifact)).toEqual(["2-bram", "2-anna"]);
});

test("a second, an older and a foreign answer are refused, a repeated one is counted already", () => {
  const late = runFrom(missed(), answer("bram", 1, 1020));
  expect(submissionStanding(late, "bram", 1)).toEqual({ kind: "counted" });
  expect(transition(late, answer("bram", 1, 1021)).state).toBe(late);
  expect(submissionStanding(late, "anna", 1)).toEqual({ kind: "counted" });
  expect(submissionStanding(late, "carla", 1).kind).toBe("refused");
  const closed = runFrom(late, answer("anna", 2, 1030), aggregated(2, 1040));
  expect(submissionStanding(closed, "bram", 1)).toEqual({ kind: "counted" });
});

test("no answer is taken longer than that, nor in a round of another stage, nor where none are taken", () => {
  const second = runFrom(missed(), answer("anna", 2, 1030), aggregated(2, 1040));
  const third = runFrom(second, answer("anna", 3, 1050), aggregated(3, 1060));
  expect(submissionStanding(second, "bram", 1)).toEqual({ kind: "late" });
  expect(submissionStanding(third, "bram", 1).kind).toBe("refused");
  const fusing = runFrom(third, answer("anna", 4, 1070), deadline(4, 1060 + DEADLINE), aggregated(4, 2100));
  expect(open(fusing)).toMatchObject({ index: 4 });
  expect(submissionStanding(fusing, "bram", 4).kind).toBe("refused");
  expect(open(fusing)).not.toHaveProperty("behind");
  const without = runFrom({ ...missed(), policy: { ...policy, late: null } });
  expect(submissionStanding(without, "bram", 1).kind).toBe("refused");
});

test("a late answer outlives a round that is opened again, and not the end", () => {
  const late = runFrom(missed(), answer("bram", 1, 1020));
  const again = runFrom(late, deadline(2, 1010 + DEADLINE));
  expect(open(again)).toMatchObject({ index: 1, attempt: 2 });
  expect(again.late).toHaveLength(1);
  expect(runFrom(again, simple("stopped", 3000)).late).toEqual([]);
});

test("one that is damaged on the disk is left out, and the round goes on without it", () => {
  const closing = runFrom(missed(), answer("bram", 1, 1020), answer("anna", 2, 1030));
  const { state, commands } = transition(closing, damaged("bram", 2, 1040));
  expect(state.phase.kind).toBe("aggregating");
  expect(commands.flatMap((command) => (command.type === "aggregate" ? command.inputs : []))).toMatchObject([
    { clientId: "anna" },
  ]);
  expect(state.clients[1]?.note).toEqual(["damagedLeftOut", 1]);
});

test("a late answer that may be why a round could not be aggregated is in no second try of it", () => {
  const closing = runFrom(missed(), answer("bram", 1, 1020), answer("anna", 2, 1030));
  const noLuck = { type: "aggregationFailed", round: 2, reason: "not finite", at: 1040 } as const;
  const again = runFrom(closing, { ...noLuck, cause: "method" });
  expect(open(again)).toMatchObject({ index: 1, attempt: 2, behind: ["bram"] });
  expect(again.late).toEqual([]);
  // What could not be stored is the same again.
  expect(runFrom(closing, { ...noLuck, cause: "storage" }).late).toHaveLength(1);
});

test("one that is behind, answered the open round and whose file is damaged is asked again, and waited for", () => {
  const closing = runFrom(missed(), answer("bram", 2, 1020), answer("anna", 2, 1030));
  const asked = runFrom(closing, damaged("bram", 2, 1040));
  expect(asked.phase.kind).toBe("collecting");
  expect(open(asked)).not.toHaveProperty("behind");
  expect(outstanding(asked, open(asked) as never).map(({ id }) => id)).toEqual(["bram"]);
  const again = commandsOf(asked, answer("bram", 2, 1050));
  expect(again.find(({ type }) => type === "aggregate")).toMatchObject({ inputs: [{ clientId: "anna" }, { clientId: "bram" }] });
});

test("how an update stood is noted with the round that it is of", () => {
  const standing = { clientId: "bram", norm: 2, rows: 1, cosine: 0.5, isClipped: false, isCapped: false };
  const closing = runFrom(missed(), answer("bram", 1, 1020), answer("anna", 2, 1030));
  const closed = runFrom(closing, { ...aggregated(2, 1040), standings: [standing] } as RoundEvent);
  expect(closed.clients[1]?.history).toMatchObject([{ round: 1, standing: { norm: 2 } }]);
});

test("a snapshot says whose answers are still taken", () => {
  expect(roundsView(missed()).openRound).toMatchObject({ behind: ["bram"], stillTaken: { bram: [1] } });
  expect(roundsView(runFrom(missed(), left("bram", 1020))).openRound).not.toHaveProperty("stillTaken");
  const view = roundsView(runFrom(missed(), answer("bram", 1, 1020)));
  expect(view.openRound).not.toHaveProperty("stillTaken");
  expect(view.rounds.at(-1)).toMatchObject({ round: 2, late: { bram: 1 } });
});

test("what a snapshot says of it is found once for the rounds before, in a crowd too", () => {
  const ids = Array.from({ length: 3_000 }, (_, index) => `ward ${index}`);
  const everybody = [joined("anna"), ...ids.map((id) => joined(id, 5))];
  const first = runFrom(initialRoundState({ ...policy, minClients: everybody.length }, 0), ...everybody);
  const some = runFrom(first, submitted("anna", 1), deadline(1, 5 + DEADLINE), aggregated(1, 1010));
  const takenIn = (state: RoundState) => stillTakenOf(state, open(state) as never);
  const all = takenIn(some);
  expect(Object.keys(all ?? {})).toHaveLength(3_000);
  const later = runFrom(some, away("ward 7", 1020));
  expect(takenIn(later)).toBe(all);
  const fewer = takenIn(runFrom(later, answer("ward 1", 1, 1030), answer("ward 2", 2, 1040), left("ward 3", 1050)));
  expect(ids.filter((id) => fewer?.[id] === undefined)).toEqual(["ward 1", "ward 2", "ward 3"]);
});

test("the weight falls with the root of how often the shared adapter has moved", () => {
  expect([1, 2, 4, 9].map((round) => lateWeight(1, round))).toEqual([1, 1 / Math.sqrt(2), 0.5, 1 / 3]);
});
