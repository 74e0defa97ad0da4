/** The playground of one client, without any screen: the shell around {@link stepPlayground}, which asks the worker. */
import { delay } from "@duet/client/deadline";
import { createStore, type ReadableStore } from "@duet/client/store";
import type { AnswerEngine } from "@duet/lora-core/contract/answering";
import type { Task } from "@duet/lora-core/data/task";
import { explain, hasCode } from "@duet/lora-core/errors/duetError";
import type { Answerer } from "../lib/adapters.ts";
import type { TabEngine } from "../worker/tabEngine.ts";
import { initialPlayground, type PlaygroundEffect, type PlaygroundEvent, stepPlayground } from "./playgroundMachine.ts";
import type { FusedAnswers, PlaygroundState, Question } from "./playgroundState.ts";

export type PlaygroundEngine = Omit<AnswerEngine, "measureRecognition" | "mistakenRows"> &
  Pick<TabEngine, "readTable" | "predictTable">;

export interface Playground extends ReadableStore<PlaygroundState> {
  /** Answers with each of these, one after the other. */
  ask(question: Question, of: readonly Answerer[]): void;
  /** Another source of fused answers, or other weights: measured, and in a label task asked again, once they rest for a moment. */
  fuse(fused: FusedAnswers): void;
  readTable(file: File): void;
  /** Answers every row of the table with one adapter. */
  answerTable(column: string, adapter: Answerer, options: Question["options"]): void;
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

export function createPlayground({ engine, task, fused: start, now }: PlaygroundOptions): Playground {
  let machine = initialPlayground(task, start);
  const store = createStore(machine.view);

  function dispatch(event: PlaygroundEvent): void {
    const next = stepPlayground(machine, event);
    machine = next.machine;
    store.set(machine.view);
    for (const effect of next.effects) perform(effect);
  }

  function perform(effect: PlaygroundEffect): void {
    switch (effect.kind) {
      case "answer":
        void answer(effect).then(dispatch);
        break;
      case "measure":
        void measure(effect).then(dispatch);
        break;
      case "answerTable":
        void answerTable(effect).then(dispatch);
        break;
      case "interrupt":
        void engine.stopAnswering();
        break;
      case "rest":
        void delay(REST_MS).then(() => dispatch({ kind: "rested", turn: effect.turn }));
        break;
      default:
        effect satisfies never;
    }
  }

  async function answer({ job, question, adapter }: Extract<PlaygroundEffect, { kind: "answer" }>): Promise<PlaygroundEvent> {
    const { input, options } = question;
    const began = now();
    let text = "";
    const written = (stopped: boolean): PlaygroundEvent => {
      return { kind: "written", job, text, seconds: (now() - began) / 1000, stopped };
    };
    try {
      if (task.kind === "label") {
        const [prediction] = await engine.predict([input], adapter);
        return prediction ? { kind: "predicted", job, prediction } : { kind: "stopped", job };
      }
      dispatch({ kind: "wrote", job, text });
      await engine.write({ input, adapter, options }, (piece) => {
        text += piece;
        dispatch({ kind: "wrote", job, text });
      });
      return written(false);
    } catch (error) {
      return hasCode(error, "STOPPED") ? written(true) : { kind: "failed", job, failure: explain(error) };
    }
  }

  async function measure({ adapter }: Extract<PlaygroundEffect, { kind: "measure" }>): Promise<PlaygroundEvent> {
    try {
      return { kind: "measured", figure: await engine.measureFusion(adapter) };
    } catch (error) {
      if (hasCode(error, "STOPPED")) return { kind: "stopped", job: "figure" };
      return { kind: "failed", job: "figure", failure: explain(error) };
    }
  }

  async function answerTable(effect: Extract<PlaygroundEffect, { kind: "answerTable" }>): Promise<PlaygroundEvent> {
    try {
      const csv = await engine.predictTable(effect.request, (rows) => dispatch({ kind: "rowsDone", rows }));
      return { kind: "tableDone", csv, adapter: effect.adapter };
    } catch (error) {
      return hasCode(error, "STOPPED") ? { kind: "tableStopped" } : { kind: "tableFailed", failure: explain(error) };
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    ask: (question, of) => dispatch({ kind: "asked", question, of }),
    fuse: (fused) => dispatch({ kind: "fused", fused }),
    readTable(file) {
      dispatch({ kind: "fileChosen" });
      engine.readTable(file, file.name).then(
        (table) => dispatch({ kind: "fileRead", table }),
        (error: unknown) => dispatch({ kind: "fileFailed", failure: explain(error) }),
      );
    },
    answerTable: (column, adapter, options) => dispatch({ kind: "tableAsked", column, adapter, options }),
    stop: () => dispatch({ kind: "stop" }),
  };
}
