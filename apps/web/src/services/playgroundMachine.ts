/**
 * The playground of one client as a state machine: what was asked and what came of it goes in, the next state and what is to be done
 * come out. Pure. The worker does one thing at a time, so what is wanted waits in line; mixing by hand or asking anew drops what it
 * makes outdated, and an answer to what is wanted anew is not shown.
 */
import type { AnsweringAdapter, Figure, Prediction, TableRequest } from "@duet/lora-core/contract/answering";
import type { Task } from "@duet/lora-core/data/task";
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { Answerer } from "../lib/adapters.ts";
import type { TableSummary } from "../worker/tabEngine.ts";
import type { AnswerState, FusedAnswers, PlaygroundState, Question } from "./playgroundState.ts";

/** In the order in which they are done. */
const ORDER = ["base", "alone", "shared", "personal", "fused", "figure"] as const satisfies readonly (Answerer | "figure")[];
const ANSWERS = ["base", "alone", "shared", "personal", "fused"] as const satisfies readonly Answerer[];
export type Job = (typeof ORDER)[number];

export interface PlaygroundMachine {
  readonly view: PlaygroundState;
  readonly task: Task;
  readonly question: Question | null;
  readonly wanted: ReadonlySet<Job>;
  /** What the worker does at the moment. */
  readonly running: Job | "table" | null;
  /** A table to be answered as soon as nothing else runs, before what is in line. */
  readonly tableInLine: Extract<PlaygroundEffect, { kind: "answerTable" }> | null;
  /** Of the newest weights: those of an older turn are not measured any more. */
  readonly turn: number;
}

export type PlaygroundEvent =
  | { readonly kind: "asked"; readonly question: Question; readonly of: readonly Answerer[] }
  | { readonly kind: "fused"; readonly fused: FusedAnswers }
  | { readonly kind: "rested"; readonly turn: number }
  | { readonly kind: "wrote"; readonly job: Answerer; readonly text: string }
  | { readonly kind: "predicted"; readonly job: Answerer; readonly prediction: Prediction }
  /** A text is at its end, or was stopped there. */
  | {
      readonly kind: "written";
      readonly job: Answerer;
      readonly text: string;
      readonly seconds: number;
      readonly stopped: boolean;
    }
  | { readonly kind: "measured"; readonly figure: Figure }
  | { readonly kind: "stopped"; readonly job: Job }
  | { readonly kind: "failed"; readonly job: Job; readonly failure: FailureText }
  | { readonly kind: "fileChosen" }
  | { readonly kind: "fileRead"; readonly table: TableSummary }
  | { readonly kind: "fileFailed"; readonly failure: FailureText }
  | { readonly kind: "tableAsked"; readonly column: string; readonly adapter: Answerer; readonly options: Question["options"] }
  | { readonly kind: "rowsDone"; readonly rows: number }
  | { readonly kind: "tableDone"; readonly csv: string; readonly adapter: Answerer }
  | { readonly kind: "tableStopped" }
  | { readonly kind: "tableFailed"; readonly failure: FailureText }
  | { readonly kind: "stop" };

export type PlaygroundEffect =
  /** Ends in `predicted`, `written`, `stopped` or `failed`; texts come in pieces before. */
  | { readonly kind: "answer"; readonly job: Answerer; readonly question: Question; readonly adapter: AnsweringAdapter }
  /** Ends in `measured`, `stopped` or `failed`. */
  | { readonly kind: "measure"; readonly adapter: AnsweringAdapter }
  /** Ends in `tableDone`, `tableStopped` or `tableFailed`. */
  | { readonly kind: "answerTable"; readonly request: TableRequest; readonly adapter: Answerer }
  /** Stops what runs; its own end comes as an event. */
  | { readonly kind: "interrupt" }
  /** Ends in `rested`, a moment later. */
  | { readonly kind: "rest"; readonly turn: number };

export interface Step {
  readonly machine: PlaygroundMachine;
  readonly effects: readonly PlaygroundEffect[];
}

const NONE: AnswerState = { kind: "none" };

/** `fused` is where the fused answers come from at first. */
export function initialPlayground(task: Task, fused: FusedAnswers): PlaygroundMachine {
  const answers = { base: NONE, alone: NONE, personal: NONE, shared: NONE, fused: NONE };
  const view: PlaygroundState = { answers, fused, figure: { kind: "none" }, table: { kind: "none" } };
  return { view, task, question: null, wanted: new Set(), running: null, tableInLine: null, turn: 0 };
}

/** Pure. */
export function stepPlayground(machine: PlaygroundMachine, event: PlaygroundEvent): Step {
  switch (event.kind) {
    case "asked": {
      const dropped = drop({ ...machine, question: event.question }, ANSWERS);
      return after(dropped, want(dropped.machine, event.of));
    }
    case "fused":
      return fuse(machine, event.fused);
    case "rested": {
      if (event.turn !== machine.turn) return only(machine);
      return want(machine, machine.task.kind === "label" && machine.question ? ["fused", "figure"] : ["figure"]);
    }
    case "wrote":
      return only(isCurrent(machine, event.job) ? answered(machine, event.job, { kind: "writing", text: event.text }) : machine);
    case "predicted":
      return ended(machine, event.job, (at) => answered(at, event.job, { kind: "label", prediction: event.prediction }));
    case "written": {
      const { job, text, seconds, stopped } = event;
      const shown: AnswerState = stopped && text === "" ? NONE : { kind: "text", text, seconds, stopped };
      return ended(machine, job, (at) => answered(at, job, shown));
    }
    case "measured":
      return ended(machine, "figure", (at) => showing(at, { figure: { kind: "measured", ...event.figure } }));
    case "stopped":
      return ended(machine, event.job, (at) => failed(at, event.job, { kind: "none" }));
    case "failed":
      return ended(machine, event.job, (at) => failed(at, event.job, { kind: "failed", failure: event.failure }));
    case "stop":
      return stop(machine);
    default:
      return stepTable(machine, event);
  }
}

type TableEvent = Exclude<
  PlaygroundEvent,
  { kind: "asked" | "fused" | "rested" | "wrote" | "predicted" | "written" | "measured" | "stopped" | "failed" | "stop" }
>;

function stepTable(machine: PlaygroundMachine, event: TableEvent): Step {
  const { table: state } = machine.view;
  switch (event.kind) {
    case "fileChosen":
      return only({ ...showing(machine, { table: { kind: "reading" } }), tableInLine: null });
    case "fileRead":
      return only(showing(machine, { table: { kind: "ready", table: event.table } }));
    case "fileFailed":
      return only(showing(machine, { table: { kind: "failed", failure: event.failure } }));
    case "tableAsked":
      return askTable(machine, event);
    case "rowsDone":
      return only(state.kind === "running" ? showing(machine, { table: { ...state, rowsDone: event.rows } }) : machine);
    case "tableDone":
      return tableEnded(machine, (table) => ({ kind: "done", table, csv: event.csv, adapter: event.adapter }));
    case "tableStopped":
      return tableEnded(machine, (table) => ({ kind: "ready", table }));
    case "tableFailed":
      return tableEnded(machine, () => ({ kind: "failed", failure: event.failure }));
    default:
      event satisfies never;
      return only(machine);
  }
}

function fuse(machine: PlaygroundMachine, fused: FusedAnswers): Step {
  const turn = machine.turn + 1;
  const jobs: readonly Job[] = machine.task.kind === "label" ? ["figure", "fused"] : ["figure"];
  const dropped = drop({ ...showing(machine, { fused, figure: { kind: "measuring" } }), turn }, jobs);
  return { machine: dropped.machine, effects: [...dropped.effects, { kind: "rest", turn }] };
}

function stop(machine: PlaygroundMachine): Step {
  let next: PlaygroundMachine = { ...machine, wanted: new Set(), turn: machine.turn + 1 };
  for (const key of ANSWERS) if (next.view.answers[key].kind === "waiting") next = answered(next, key, NONE);
  if (next.view.figure.kind === "measuring") next = showing(next, { figure: { kind: "none" } });
  const { table } = next.view;
  if (next.tableInLine && "table" in table) {
    next = { ...showing(next, { table: { kind: "ready", table: table.table } }), tableInLine: null };
  }
  return { machine: next, effects: machine.running === null ? [] : [{ kind: "interrupt" }] };
}

function askTable(
  machine: PlaygroundMachine,
  { column, adapter, options }: Extract<PlaygroundEvent, { kind: "tableAsked" }>,
): Step {
  const { task, view } = machine;
  if (!("table" in view.table) || view.table.kind === "running") return only(machine);
  const { table } = view.table;
  const answer = task.kind === "label" ? { kind: "label" as const, labels: task.labels } : { kind: "text" as const, options };
  const request = { column, adapter: adapterOf(adapter, view.fused), answer };
  const shown = showing(machine, { table: { kind: "running", table, rowsDone: 0 } });
  return workOff({ ...shown, tableInLine: { kind: "answerTable", request, adapter } });
}

function tableEnded(machine: PlaygroundMachine, shown: (table: TableSummary) => PlaygroundState["table"]): Step {
  const { table: state } = machine.view;
  const next = { ...machine, running: null };
  return workOff("table" in state ? showing(next, { table: shown(state.table) }) : next);
}

/** Puts jobs in line. */
function want(machine: PlaygroundMachine, jobs: readonly Job[]): Step {
  let next: PlaygroundMachine = { ...machine, wanted: new Set([...machine.wanted, ...jobs]) };
  for (const job of jobs) {
    next = job === "figure" ? showing(next, { figure: { kind: "measuring" } }) : answered(next, job, { kind: "waiting" });
  }
  return workOff(next);
}

/** Takes jobs out of the line; the one that runs is interrupted. */
function drop(machine: PlaygroundMachine, jobs: readonly Job[]): Step {
  const wanted = new Set([...machine.wanted].filter((job) => !jobs.includes(job)));
  const isRunning = machine.running !== null && machine.running !== "table" && jobs.includes(machine.running);
  return { machine: { ...machine, wanted }, effects: isRunning ? [{ kind: "interrupt" }] : [] };
}

/** Begins the next job when nothing runs. */
function workOff(machine: PlaygroundMachine): Step {
  const { tableInLine } = machine;
  if (machine.running === null && tableInLine) {
    return { machine: { ...machine, running: "table", tableInLine: null }, effects: [tableInLine] };
  }
  const job = ORDER.find((next) => machine.wanted.has(next));
  if (machine.running !== null || !job) return only(machine);
  const next = { ...machine, running: job, wanted: new Set([...machine.wanted].filter((other) => other !== job)) };
  const { fused } = machine.view;
  if (job === "figure") return { machine: next, effects: [{ kind: "measure", adapter: adapterOf("fused", fused) }] };
  if (!machine.question) return only({ ...next, running: null });
  return {
    machine: next,
    effects: [{ kind: "answer", job, question: machine.question, adapter: adapterOf(job, fused) }],
  };
}

/** A job is over: shown unless it is wanted anew, then the next. */
function ended(machine: PlaygroundMachine, job: Job, show: (machine: PlaygroundMachine) => PlaygroundMachine): Step {
  if (machine.running !== job) return only(machine);
  const shown = isCurrent(machine, job) ? show(machine) : machine;
  return workOff({ ...shown, running: null });
}

const isCurrent = ({ running, wanted }: PlaygroundMachine, job: Job): boolean => running === job && !wanted.has(job);

function failed(machine: PlaygroundMachine, job: Job, how: { kind: "none" } | { kind: "failed"; failure: FailureText }) {
  return job === "figure" ? showing(machine, { figure: how }) : answered(machine, job, how);
}

/** Which adapter answers under a name. */
function adapterOf(key: Answerer, { source, kind, weights }: FusedAnswers): AnsweringAdapter {
  if (key === "base") return null;
  if (key === "alone") return "alone";
  if (key !== "fused") {
    return { kind: "factor", weights: [{ personal: key === "personal" ? 1 : 0, shared: key === "shared" ? 1 : 0 }] };
  }
  if (source === "served") return "served";
  return kind === "product" ? { kind, weights } : { kind, weights: [weights] };
}

const only = (machine: PlaygroundMachine): Step => ({ machine, effects: [] });
const after = (first: Step, second: Step): Step => ({ machine: second.machine, effects: [...first.effects, ...second.effects] });
const showing = (machine: PlaygroundMachine, change: Partial<PlaygroundState>): PlaygroundMachine => ({
  ...machine,
  view: { ...machine.view, ...change },
});
const answered = (machine: PlaygroundMachine, key: Answerer, answer: AnswerState): PlaygroundMachine =>
  showing(machine, { answers: { ...machine.view.answers, [key]: answer } });
