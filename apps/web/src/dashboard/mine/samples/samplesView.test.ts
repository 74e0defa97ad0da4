import type { SampleHistory } from "@duet/lora-core/contract/answerSamples";
import { expect, test } from "vitest";
import { samplesView } from "./samplesView.ts";

const text = (written: string) => ({ kind: "text", text: written }) as const;
const history: SampleHistory = {
  rows: [{ line: 7, input: "disk 7 failed to answer", wanted: "disk <*> failed" }],
  rounds: [
    { round: 0, answers: { base: [text("well")], personal: [text("disk <*> failed ")] } },
    { round: 1, answers: { shared: [text("")] } },
    { round: 2, answers: { shared: [text("disk failed")] } },
    { round: 3, answers: { fused: [text("disk <*> failed")] } },
  ],
};
const answersIn = (chosen: number | null) =>
  samplesView(history, { kind: "text" }, 2, chosen)?.rows[0]?.answers.map(({ adapter, text, isRight, asOf }) =>
    [adapter, text, isRight ? "right" : "", asOf ?? "now"].join("|"),
  );

test("a round shows the newest answer of every adapter until then, and says where it is of an earlier one", () => {
  expect(answersIn(0)).toEqual(["base|well||now", "personal|disk <*> failed|right|now"]);
  expect(answersIn(2)).toEqual([
    "base|well||of learning alone",
    "personal|disk <*> failed|right|of learning alone",
    "shared|disk failed||now",
  ]);
  expect(answersIn(null)?.slice(2)).toEqual(["shared|disk failed||of round 2", "fused|disk <*> failed|right|now"]);
});

test("rounds are offered newest first; before the first there is nothing", () => {
  const view = samplesView(history, { kind: "text" }, 2, 1);
  expect(view?.rounds.map(({ label }) => label)).toEqual(["Finish", "Round 2 of 2", "Round 1 of 2", "Learning alone"]);
  expect(view?.round).toBe(1);
  expect(samplesView({ ...history, rounds: [] }, { kind: "text" }, 2, null)).toBeNull();
});

test("a label has its name and how sure it is, and a long row is cut", () => {
  const of: SampleHistory = {
    rows: [{ line: 1, input: "a ".repeat(300), wanted: "flu" }],
    rounds: [{ round: 0, answers: { personal: [{ kind: "label", label: 1, probability: 0.75 }] } }],
  };
  const [row] = samplesView(of, { kind: "label", labels: ["cold", "flu"] }, 2, null)?.rows ?? [];
  expect(row?.answers).toEqual([{ adapter: "personal", text: "flu", isRight: true, probability: 0.75, asOf: null }]);
  expect(row?.input).toHaveLength(280);
});
