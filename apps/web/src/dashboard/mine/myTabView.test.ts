import { initialMachine } from "@duet/client/sessionStart";
import type { SessionStage, SessionState } from "@duet/client/sessionState";
import { collecting, snapshotOf } from "@duet/client/testing/snapshots";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { expect, test } from "vitest";
import { myTabView, ownFiguresView, waysOut } from "./myTabView.ts";

const { view: begun } = initialMachine({
  config: snapshotOf().config,
  identity: { inviteToken: "", name: "anna", figures: "everybody", known: null },
  kept: { checkpoint: null, done: null },
});
const at = (stage: SessionStage): SessionState => ({ ...begun, clientId: "anna", stage });

test("training says which adapter, which step, loss and speed", () => {
  const progress = {
    round: 1,
    activity: "training",
    slot: "shared",
    step: 9,
    steps: 12,
    loss: 0.42,
    tokensPerSecond: 640,
  } as const;
  expect(myTabView(at({ kind: "working", round: 1, progress }), collecting(1))).toMatchObject({
    headline: "Training the shared adapter",
    detail: "step 9 of 12 · loss 0.420 · 640 tok/s",
    percent: 75,
    canLeave: true,
  });
});

test("the checklist shows what is behind, at hand and ahead", () => {
  const download = { receivedBytes: 7e6, totalBytes: 28e6 };
  const view = myTabView(at({ kind: "loadingModel", download, seconds: 3 }), snapshotOf());
  expect(view.checklist.map(({ label, state }) => `${label} ${state}`)).toEqual([
    "Data done",
    "Model current",
    "Join ahead",
    "Train ahead",
    "Finish ahead",
  ]);
  expect(view).toMatchObject({ detail: "7.00 MB of 28.0 MB · 9 s left", percent: 25 });
});

test("after the end there is nothing to leave", () => {
  expect(myTabView(at({ kind: "finished", note: "All rounds are done." }), snapshotOf())).toMatchObject({
    headline: "Finished",
    canLeave: false,
  });
});

test("the newest sentence is shown, those before it newest first", () => {
  const notes: SessionState["notes"] = [["online"], ["goesOn", ["atStep", 3, 9]], ["deviceLost"]];
  const state = { ...at({ kind: "waiting" }), notes };
  expect(myTabView(state, snapshotOf())).toMatchObject({
    note: "The graphics device was lost: this tab goes on without it, with wasm.",
    earlierNotes: ["Goes on at step 3 of 9.", "The network is back."],
  });
  expect(myTabView(at({ kind: "waiting" }), snapshotOf())).toMatchObject({ note: null, earlierNotes: [] });
});

test("where no accuracy was measured, as in a text task, there are none to draw", () => {
  const none = { base: null, personal: null, shared: null, fused: null };
  const own = { accuracy: none, trainLoss: 1.6, fusion: null, testRows: 18 };
  const config = snapshotOf().config;
  const state = at({ kind: "waiting" });
  expect(ownFiguresView({ ...state, own }, config)).toMatchObject({
    accuracy: null,
    words: expect.stringContaining("18 test rows"),
  });
  const measured = { ...own, accuracy: { ...none, shared: 0.5 } };
  expect(ownFiguresView({ ...state, own: measured }, config).accuracy).toEqual(measured.accuracy);
});

test("one thread is a way out of a start that stood still, and none where memory was short: there it is a smaller federation", () => {
  const failed = (code: "START_STALLED" | "OUT_OF_MEMORY"): SessionState => ({
    ...at({ kind: "failed", failure: { code, sentence: "", nextStep: "" } }),
    clientId: null,
    device: null,
  });
  const snapshot = snapshotOf();
  const fromAnew = { again: "joinAgain", hasOneThread: true, smaller: null, hasOtherData: false };
  expect(waysOut(failed("START_STALLED"), snapshot)).toEqual(fromAnew);
  const short = waysOut(failed("OUT_OF_MEMORY"), snapshot);
  expect(short).toMatchObject({ again: "joinAgain", hasOneThread: false, smaller: { again: { devices: "small" } } });
  const { model, task } = snapshot.config;
  const small = { ...snapshot, config: defaultFederation({ name: "small", model, task, devices: "small" }) };
  expect(waysOut(failed("OUT_OF_MEMORY"), small).smaller).toBeNull();
});

test("a client whose loss is no number may come with other data, and had joined; one that never did has but its start behind it", () => {
  const stage: SessionStage = { kind: "failed", failure: { code: "LOSS_NOT_FINITE", sentence: "", nextStep: "" } };
  expect(waysOut(at(stage), snapshotOf())).toMatchObject({ again: "tryAgain", hasOtherData: true });
  const steps = (state: SessionState) => myTabView(state, snapshotOf()).checklist.find((step) => step.state === "current")?.label;
  expect(steps(at(stage))).toBe("Train");
  expect(steps({ ...at(stage), clientId: null })).toBe("Model");
});
