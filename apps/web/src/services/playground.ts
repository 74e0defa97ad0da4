/**
 * The playground of one client, without any screen: four answers, the fused adapter's figure, a table of answers. The worker does one
 * thing at a time, so what is wanted waits in line; mixing by hand or asking anew drops what it makes outdated.
 */

import { delay } from "@duet/client/deadline";
import { createStore, type ReadableStore } from "@duet/client/store";
import type { AnswerEngine, AnsweringAdapter } from "@duet/lora-core/contract/answering";
import type { Task } from "@duet/lora-core/data/task";
import { explain, hasCode } from "@duet/lora-core/errors/duetError";
import type { AdapterKey } from "../dashboard/adapters.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import type { AnswerState, FusedAnswers, PlaygroundState, Question } from "./playgroundState.ts";

export type PlaygroundEngine = AnswerEngine & Pick<TabEngine, "readTable" | "predictTable">;

export interface Playground extends ReadableStore<PlaygroundState> {
  /** Answers with all four adapters, one after the other. */
  ask(question: Question): void;
  /** Another source of fused answers, or other weights: measured, and in a label task asked again, once they rest for a moment. */
  fuse(fused: FusedAnswers): void;
  readTable(file: File): void;
  /** Answers every row of the table with one adapter. */
  answerTable(column: string, adapter: AdapterKey, options: Question["options"]): void;
  /** Stops everything that runs or waits. */
  stop(): void;
}

export interface PlaygroundOptions {
  readonly engine: PlaygroundEngine;
  readonly task: Task;
  /** Where the fused answers come from at first. */
  readonly fused: FusedAnswers;
  readonly now: () => number;
}

/** How long weights must rest before they are measured, ms. */
const REST_MS = 250;
const ORDER = ["base", "shared", "personal", "fused", "figure"] as const satisfies readonly (AdapterKey | "figure")[];
type Job = (typeof ORDER)[number];

export function createPlayground({ engine, task, fused: start, now }: PlaygroundOptions): Playground {
  const none: AnswerState = { kind: "none" };
  const store = createStore<PlaygroundState>({
    answers: { base: none, personal: none, shared: none, fused: none },
    fused: start,
    figure: { kind: "none" },
    table: { kind: "none" },
  });
  const patch = (change: Partial<PlaygroundState>) => store.set({ ...store.get(), ...change });
  const show = (key: AdapterKey, answer: AnswerState) => patch({ answers: { ...store.get().answers, [key]: answer } });
  const wanted = new Set<Job>();
  let question: Question | null = null;
  let running: Job | "table" | null = null;
  let newest = 0;

  function want(...jobs: readonly Job[]): void {
    for (const job of jobs) {
      wanted.add(job);
      if (job === "figure") patch({ figure: { kind: "measuring" } });
      else show(job, { kind: "waiting" });
    }
    void workOff();
  }

  async function workOff(): Promise<void> {
    if (running !== null) return;
    for (;;) {
      const job = ORDER.find((next) => wanted.has(next));
      if (!job) return;
      wanted.delete(job);
      running = job;
      await (job === "figure" ? measure() : answer(job));
      running = null;
    }
  }

  function drop(job: Job): void {
    wanted.delete(job);
    if (running === job) void engine.stopAnswering();
  }

  const adapterOf = (key: AdapterKey): AnsweringAdapter => {
    if (key === "base") return null;
    if (key === "fused") return fusedAdapter(store.get().fused);
    return { kind: "factor", weights: [{ personal: key === "personal" ? 1 : 0, shared: key === "shared" ? 1 : 0 }] };
  };

  async function answer(key: AdapterKey): Promise<void> {
    if (!question) return;
    const { input, options } = question;
    const began = now();
    let text = "";
    const written = (stopped: boolean): AnswerState => ({ kind: "text", text, seconds: (now() - began) / 1000, stopped });
    try {
      if (task.kind === "label") {
        const [prediction] = await engine.predict([input], adapterOf(key));
        if (prediction && !wanted.has(key)) show(key, { kind: "label", prediction });
        return;
      }
      show(key, { kind: "writing", text });
      await engine.write({ input, adapter: adapterOf(key), options }, (piece) => {
        text += piece;
        if (running === key) show(key, { kind: "writing", text });
      });
      if (!wanted.has(key)) show(key, written(false));
    } catch (error) {
      if (wanted.has(key)) return;
      show(key, isStopped(error) ? (text ? written(true) : none) : { kind: "failed", failure: explain(error) });
    }
  }

  async function measure(): Promise<void> {
    try {
      const { loss, accuracy } = await engine.measureFusion(adapterOf("fused"));
      if (!wanted.has("figure")) patch({ figure: { kind: "measured", loss, accuracy } });
    } catch (error) {
      if (wanted.has("figure")) return;
      patch({ figure: isStopped(error) ? { kind: "none" } : { kind: "failed", failure: explain(error) } });
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    ask(asked) {
      question = asked;
      for (const job of ["base", "shared", "personal", "fused"] as const) drop(job);
      want("base", "shared", "personal", "fused");
    },
    fuse(fused) {
      patch({ fused, figure: { kind: "measuring" } });
      drop("figure");
      if (task.kind === "label") drop("fused");
      const turn = ++newest;
      void delay(REST_MS).then(() => {
        if (turn === newest)
          want(...(task.kind === "label" && question ? (["fused", "figure"] as const) : (["figure"] as const)));
      });
    },
    readTable(file) {
      patch({ table: { kind: "reading" } });
      engine.readTable(file, file.name).then(
        (table) => patch({ table: { kind: "ready", table } }),
        (error: unknown) => patch({ table: { kind: "failed", failure: explain(error) } }),
      );
    },
    answerTable(column, adapter, options) {
      const { table: state } = store.get();
      if (!("table" in state) || running !== null) return;
      const { table } = state;
      running = "table";
      patch({ table: { kind: "running", table, rowsDone: 0 } });
      const how = task.kind === "label" ? { kind: "label" as const, labels: task.labels } : { kind: "text" as const, options };
      engine
        .predictTable({ column, adapter: adapterOf(adapter), answer: how }, (rowsDone) => {
          if (running === "table") patch({ table: { kind: "running", table, rowsDone } });
        })
        .then(
          (csv) => patch({ table: { kind: "done", table, csv, adapter } }),
          (error: unknown) =>
            patch({ table: isStopped(error) ? { kind: "ready", table } : { kind: "failed", failure: explain(error) } }),
        )
        .finally(() => {
          running = null;
          void workOff();
        });
    },
    stop() {
      newest++;
      const { answers, figure } = store.get();
      for (const key of ["base", "shared", "personal", "fused"] as const) if (answers[key].kind === "waiting") show(key, none);
      if (figure.kind === "measuring") patch({ figure: { kind: "none" } });
      wanted.clear();
      if (running !== null) void engine.stopAnswering();
    },
  };
}

function fusedAdapter({ source, kind, weights }: FusedAnswers): AnsweringAdapter {
  if (source === "served") return "served";
  return kind === "product" ? { kind, weights } : { kind, weights: [weights] };
}

const isStopped = (error: unknown) => hasCode(error, "STOPPED");
