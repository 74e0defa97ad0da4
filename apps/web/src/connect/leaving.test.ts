import { defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { strategies } from "@duet/lora-core/strategies/registry";
import { expect, test } from "vitest";
import { leaving } from "./leaving.ts";

const task = { kind: "label", labels: ["a", "b"] } as const;
function told(choices: Partial<FederationChoices>, figures: FiguresFor = "everybody") {
  const { sent, kept } = leaving(
    defaultFederation({
      name: "x",
      model: encoderBase,
      task: { ...task, labels: [...task.labels] },
      labelVectors: null,
      ...choices,
    }),
    figures,
  );
  return { sent: sent.join("; "), kept: kept.join("; ") };
}
const privacy = { training: { privacy: { epsilon: 8, clip: 1 } } };

test("a plain federation sends changes and figures, and its personal adapter where the method says so", () => {
  expect(told({ method: "fdlora", preset: "private" })).toEqual({
    sent: "changes of the shared adapter, once a round, rounded to 8 bits a value; for everybody: how many rows you have, what your device computes with, the memory that takes, your loss, accuracy and speed; your name here, and what you chose above",
    kept: "your rows, tokens and prompts; your file's name and its other columns; your personal adapter",
  });
  expect(told({ method: "fdlora", preset: "paper" }).sent).toContain("your personal adapter: this method sends it");
  expect(told({ method: "fedavg" }).kept).not.toContain("personal adapter");
});

test("with a secure sum nothing leaves by itself but masked changes, keys and figures", () => {
  const { sent, kept } = told({ method: "fdlora", preset: "private", aggregation: "secure" });
  expect(sent).toMatch(/under masks: the coordinator gets the sum over all clients; keys, made anew .* loss, accuracy/);
  expect(kept).toContain("your changes by themselves, without masks; your personal adapter");
  expect(told({ method: "fdlora", preset: "paper", aggregation: "secure" })).toMatchObject({
    sent: expect.stringContaining("your personal adapter, as part of the sum"),
    kept: expect.not.stringContaining("personal adapter"),
  });
});

test("with an epsilon no figure leaves, and what is learned has noise", () => {
  for (const aggregation of ["plain", "secure"] as const) {
    const { sent, kept } = told({ method: "fedavg", aggregation, ...privacy });
    expect(sent).toMatch(/with noise that hides single rows/);
    expect(sent).not.toMatch(/accuracy/);
    expect(sent).toContain("how much of your privacy budget is spent");
    expect(kept).toContain("your loss, accuracy, fusion weights");
  }
});

test("a method that shares nothing is not said to send changes, in whatever way", () => {
  for (const aggregation of ["plain", "secure"] as const) {
    const { sent } = told({ method: "local", aggregation });
    expect(sent).not.toMatch(/changes|masks|keys/);
  }
});

test("no method sends the personal adapter and keeps it, in whatever way", () => {
  for (const { id, presets } of strategies) {
    for (const preset of Object.keys(presets)) {
      for (const aggregation of ["plain", "secure"] as const) {
        const { sent, kept } = told({ method: id, preset, aggregation });
        expect(sent.includes("personal adapter") && kept.includes("personal adapter")).toBe(false);
      }
    }
  }
});

test("with an epsilon of clients no figure leaves, also in no sum, and each brings a share of the noise", () => {
  const { sent, kept } = told({ method: "fedavg", aggregation: "secure", clientEpsilon: 8 });
  expect(sent).toMatch(/under masks and with a share of the noise that hides single clients/);
  expect(sent).not.toMatch(/accuracy/);
  expect(kept).toContain("your loss, accuracy, fusion weights");
});

test("vectors of labels are told where they are shared, with what they say of a single row, and kept where they stay", () => {
  expect(told({ method: "fedavg" }).sent).not.toContain("vectors of the labels");
  const shared = told({ method: "fedavg", labelVectors: "shared" });
  expect(shared.sent).toMatch(
    /the vectors of the labels, .* of a label that one of your rows has, that row as the base reads it/,
  );
  expect(shared.kept).not.toContain("vectors of the labels");
  expect(told({ method: "fedavg", labelVectors: "shared", aggregation: "secure" }).sent).toMatch(
    /the vectors of the labels, [^;]* as part of the sum/,
  );
  for (const choice of [
    { method: "fedavg", labelVectors: "personal" },
    { method: "fedrep", labelVectors: "shared" },
  ] as const) {
    expect(told(choice).sent).not.toContain("vectors of the labels");
    expect(told(choice).kept).toContain("your vectors of the labels");
  }
});
