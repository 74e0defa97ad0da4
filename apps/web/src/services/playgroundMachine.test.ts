import { expect, test } from "vitest";
import {
  initialPlayground,
  type PlaygroundEffect,
  type PlaygroundEvent,
  type PlaygroundMachine,
  stepPlayground,
} from "./playgroundMachine.ts";

const options = { maxNewTokens: 4, stop: [], seed: 1, temperature: 0, topK: null, topP: null };
const served = { source: "served", kind: "factor", weights: { personal: 0.4, shared: 0.6 } } as const;
const byHand = { source: "hand", kind: "product", weights: { personal: 0.9, shared: 0.1 } } as const;
const label = initialPlayground({ kind: "label", labels: ["yes", "no"] }, served);
const text = initialPlayground({ kind: "text" }, served);
const question = { input: "fever", options };
const FOUR = ["base", "personal", "shared", "fused"] as const;
const prediction = { label: 1, probabilities: [0.25, 0.75] };
const table = {
  fileName: "rows.csv",
  format: "csv",
  columns: ["text"],
  rowCount: 2,
  preview: [],
  rejected: { count: 0, reasons: [], first: [] },
  reading: { encoding: null, separator: ",", header: true, quotes: true, notices: [] },
  guess: { input: "text", answer: null },
};

function after(machine: PlaygroundMachine, ...events: readonly PlaygroundEvent[]) {
  let effects: readonly PlaygroundEffect[] = [];
  for (const event of events) ({ machine, effects } = stepPlayground(machine, event));
  return { machine, effects, kinds: effects.map((effect) => ("job" in effect ? `${effect.kind} ${effect.job}` : effect.kind)) };
}

test("one thing at a time, in a fixed order, with the adapter of its name", () => {
  const asked = after(label, { kind: "asked", question, of: FOUR });
  expect(asked.effects).toEqual([{ kind: "answer", job: "base", question, adapter: null }]);
  const next = after(asked.machine, { kind: "predicted", job: "base", prediction });
  expect(next.effects).toEqual([
    { kind: "answer", job: "shared", question, adapter: { kind: "factor", weights: [{ personal: 0, shared: 1 }] } },
  ]);
  expect(next.machine.view.answers).toMatchObject({
    base: { kind: "label", prediction },
    shared: { kind: "waiting" },
    fused: { kind: "waiting" },
  });
});

test("what was learned alone answers where it is asked, a table too", () => {
  const five = after(label, { kind: "asked", question, of: ["alone", ...FOUR] });
  const next = after(five.machine, { kind: "predicted", job: "base", prediction });
  expect(next.effects).toEqual([{ kind: "answer", job: "alone", question, adapter: "alone" }]);
  const four = after(label, { kind: "asked", question, of: FOUR });
  expect(four.machine.view.answers.alone).toEqual({ kind: "none" });
  const read = after(label, { kind: "fileRead", table }).machine;
  const tableAsked = after(read, { kind: "tableAsked", column: "text", adapter: "alone", options });
  expect(tableAsked.effects).toMatchObject([{ adapter: "alone", request: { adapter: "alone" } }]);
});

test("an answer to a question that is asked anew is not shown", () => {
  const again = after(
    label,
    { kind: "asked", question, of: FOUR },
    { kind: "asked", question: { ...question, input: "cough" }, of: FOUR },
  );
  expect(again.kinds).toEqual(["interrupt"]);
  const late = after(again.machine, { kind: "predicted", job: "base", prediction });
  expect(late.machine.view.answers.base).toEqual({ kind: "waiting" });
  expect(late.effects).toMatchObject([{ kind: "answer", job: "base", question: { input: "cough" } }]);
});

test("only weights that rest are measured, and the answers of older ones are dropped", () => {
  const first = after(label, { kind: "fused", fused: byHand });
  expect(first.effects).toEqual([{ kind: "rest", turn: 1 }]);
  const second = after(first.machine, { kind: "fused", fused: served });
  expect(after(second.machine, { kind: "rested", turn: 1 }).effects).toEqual([]);
  expect(after(second.machine, { kind: "rested", turn: 2 }).effects).toEqual([{ kind: "measure", adapter: "served" }]);
  const measuring = after(second.machine, { kind: "rested", turn: 2 }, { kind: "fused", fused: byHand });
  expect(measuring.kinds).toEqual(["interrupt", "rest"]);
});

test("what is stopped in the middle of a text keeps it; what only waited is as before", () => {
  const writing = after(text, { kind: "asked", question, of: FOUR }, { kind: "wrote", job: "base", text: "so, " });
  const stopped = after(writing.machine, { kind: "stop" });
  expect(stopped.kinds).toEqual(["interrupt"]);
  expect(stopped.machine.view.answers.shared).toEqual({ kind: "none" });
  const ended = after(stopped.machine, { kind: "written", job: "base", text: "so, ", seconds: 1, stopped: true });
  expect(ended.machine.view.answers.base).toEqual({ kind: "text", text: "so, ", seconds: 1, stopped: true });
  expect(ended.effects).toEqual([]);
});

test("a failure is shown where it happened, and the next one is tried", () => {
  const failure = { sentence: "This model compares texts.", nextStep: "Choose another." };
  const failed = after(label, { kind: "asked", question, of: FOUR }, { kind: "failed", job: "base", failure });
  expect(failed.machine.view.answers.base).toEqual({ kind: "failed", failure });
  expect(failed.kinds).toEqual(["answer shared"]);
  const figure = after(label, { kind: "fused", fused: byHand }, { kind: "rested", turn: 1 });
  expect(after(figure.machine, { kind: "failed", job: "figure", failure }).machine.view.figure).toEqual({
    kind: "failed",
    failure,
  });
});

test("a table is answered while nothing else runs; a question asked meanwhile waits for its end", () => {
  const read = after(label, { kind: "fileChosen" }, { kind: "fileRead", table }).machine;
  const tableAsked: PlaygroundEvent = { kind: "tableAsked", column: "text", adapter: "fused", options };
  const busy = after(read, { kind: "asked", question, of: FOUR });
  expect(after(busy.machine, tableAsked).effects).toEqual([]);
  const running = after(read, tableAsked);
  expect(running.effects).toEqual([
    {
      kind: "answerTable",
      adapter: "fused",
      request: { column: "text", adapter: "served", answer: { kind: "label", labels: ["yes", "no"] } },
    },
  ]);
  const waiting = after(running.machine, { kind: "rowsDone", rows: 1 }, { kind: "asked", question, of: FOUR });
  expect(waiting.machine.view.table).toEqual({ kind: "running", table, rowsDone: 1 });
  expect(waiting.effects).toEqual([]);
  const done = after(waiting.machine, { kind: "tableDone", csv: "text\n", adapter: "fused" });
  expect(done.machine.view.table).toEqual({ kind: "done", table, csv: "text\n", adapter: "fused" });
  expect(done.kinds).toEqual(["answer base"]);
  expect(after(running.machine, { kind: "stop" }, { kind: "tableStopped" }).machine.view.table).toEqual({ kind: "ready", table });
});

test("a table that is asked for while something runs is answered right after it, unless it is stopped before", () => {
  const tableAsked = { kind: "tableAsked", column: "text", adapter: "fused", options } as const;
  const measuring = after(label, { kind: "fileRead", table }, { kind: "fused", fused: byHand }, { kind: "rested", turn: 1 });
  const asked = after(measuring.machine, tableAsked);
  expect(asked.kinds).toEqual([]);
  expect(asked.machine.view.table).toMatchObject({ kind: "running", rowsDone: 0 });
  expect(after(asked.machine, { kind: "measured", figure: { accuracy: 1, loss: 0 } }).kinds).toEqual(["answerTable"]);
  const stopped = after(asked.machine, { kind: "stop" });
  expect(stopped.machine.view.table.kind).toBe("ready");
  expect(after(stopped.machine, { kind: "stopped", job: "figure" }).kinds).toEqual([]);
});
