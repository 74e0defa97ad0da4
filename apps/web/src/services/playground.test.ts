import type { AnsweringAdapter } from "@duet/lora-core/contract/answering";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { describe, expect, it, vi } from "vitest";
import { createPlayground, type PlaygroundEngine } from "./playground.ts";
import type { FusedAnswers } from "./playgroundState.ts";

const OPTIONS = { maxNewTokens: 4, stop: [], seed: 1, temperature: 0, topK: null, topP: null };
const START: FusedAnswers = { source: "served", kind: "factor", weights: { personal: 0.4, shared: 0.6 } };
const FOUR = ["base", "personal", "shared", "fused"] as const;
const nameOf = (adapter: AnsweringAdapter): string => {
  if (adapter === null || typeof adapter === "string") return adapter ?? "base";
  const pairs = adapter.kind === "product" ? [adapter.weights] : adapter.weights;
  return `${adapter.kind} ${pairs.map(({ personal, shared }) => `${personal} ${shared}`).join(", ")}`;
};

/** A worker that answers at once, or when told to; one thing at a time, stopped as the real one is. */
function startEngine({ held = false } = {}) {
  const asked: string[] = [];
  let release: (() => void) | null = null;
  let abort: ((error: Error) => void) | null = null;
  const turn = async (what: string) => {
    asked.push(what);
    if (!held) return;
    await new Promise<void>((resolve, reject) => {
      release = resolve;
      abort = reject;
    });
  };
  const engine: PlaygroundEngine = {
    async predict(inputs, adapter) {
      await turn(`predict ${nameOf(adapter)}`);
      return inputs.map(() => ({ label: adapter ? 1 : 0, probabilities: [0.25, 0.75] }));
    },
    async write({ input, adapter }, onText) {
      onText(`${input}, `);
      await turn(`write ${nameOf(adapter)}`);
      onText(nameOf(adapter));
    },
    async measureFusion(adapter) {
      await turn(`measure ${nameOf(adapter)}`);
      return { loss: 0.5, accuracy: 0.75 };
    },
    stopAnswering: async () => abort?.(new DuetError("STOPPED", "stopped")),
    readTable: async () => {
      throw new Error("The file has no rows");
    },
    predictTable: async () => "",
  };
  return { engine, asked, release: () => release?.() };
}

const labelTask = { kind: "label", labels: ["yes", "no"] } as const;
const start = (engine: PlaygroundEngine, task: typeof labelTask | { kind: "text" } = labelTask) =>
  createPlayground({
    engine,
    task: task.kind === "label" ? { kind: "label", labels: [...task.labels] } : task,
    fused: START,
    now: () => 0,
  });

describe("the playground", () => {
  it("asks adapters in turn, the fused one as it is served", async () => {
    const { engine, asked } = startEngine();
    const playground = start(engine);
    playground.ask({ input: "fever", options: OPTIONS }, FOUR);
    await vi.waitFor(() => expect(playground.get().answers.fused.kind).toBe("label"));
    expect(asked).toEqual(["predict base", "predict factor 0 1", "predict factor 1 0", "predict served"]);
    expect(playground.get().answers.base).toEqual({ kind: "label", prediction: { label: 0, probabilities: [0.25, 0.75] } });
  });

  it("measures a mix by hand once it rests, says its kind, and asks the fused adapter again", async () => {
    const { engine, asked } = startEngine();
    const playground = start(engine);
    playground.ask({ input: "fever", options: OPTIONS }, FOUR);
    await vi.waitFor(() => expect(asked).toHaveLength(4));
    for (const personal of [0.5, 0.7, 0.9])
      playground.fuse({ source: "hand", kind: "factor", weights: { personal, shared: 0.1 } });
    expect(playground.get().figure.kind).toBe("measuring");
    await vi.waitFor(() => expect(playground.get().figure).toEqual({ kind: "measured", loss: 0.5, accuracy: 0.75 }));
    expect(asked.slice(4)).toEqual(["predict factor 0.9 0.1", "measure factor 0.9 0.1"]);
    playground.fuse({ source: "hand", kind: "product", weights: { personal: 0.9, shared: 0.1 } });
    await vi.waitFor(() => expect(asked.slice(6)).toEqual(["predict product 0.9 0.1", "measure product 0.9 0.1"]));
    playground.fuse(START);
    await vi.waitFor(() => expect(asked.slice(8)).toEqual(["predict served", "measure served"]));
  });

  it("shows text while it is written, keeps what there is when stopped, and asks nobody else", async () => {
    const { engine, asked, release } = startEngine({ held: true });
    const playground = start(engine, { kind: "text" });
    playground.ask({ input: "so", options: OPTIONS }, FOUR);
    await vi.waitFor(() => expect(asked).toEqual(["write base"]));
    expect(playground.get().answers.base).toEqual({ kind: "writing", text: "so, " });
    release();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(playground.get().answers.base).toEqual({ kind: "text", text: "so, base", seconds: 0, stopped: false });
    playground.stop();
    await vi.waitFor(() => expect(playground.get().answers.shared.kind).toBe("text"));
    expect(playground.get().answers.shared).toMatchObject({ text: "so, ", stopped: true });
    expect(playground.get().answers.fused).toEqual({ kind: "none" });
    expect(asked).toEqual(["write base", "write factor 0 1"]);
  });

  it("says what is wrong with a file", async () => {
    const playground = start(startEngine().engine);
    playground.readTable(new File([""], "rows.csv"));
    await vi.waitFor(() => expect(playground.get().table.kind).toBe("failed"));
    expect(playground.get().table).toMatchObject({ failure: { sentence: "The file has no rows." } });
  });
});
