/**
 * Log parsing: a message in, its template out, both as text. A client holds the log of one system.
 * Two tests, because they ask for different things: `test` has new messages of templates that are in the training rows, `unseen` has
 * messages of templates that no client trains on. Templates that are near-duplicates of each other are unseen together.
 */
import { countGroups, nearDuplicateGroups } from "@duet/lora-core/data/nearDuplicates";
import type { Row } from "@duet/lora-core/data/row";
import { random, shuffled } from "@duet/lora-core/tensors/random";
import type { ClientData, ExperimentData } from "./clientData.ts";
import { readColumns } from "./publicTables.ts";
import type { RunSettings } from "./runs.ts";

/** Those with the most short messages first; client i holds the i-th. */
const SYSTEMS = ["BGL", "Zookeeper", "Thunderbird", "OpenStack", "Hadoop", "HDFS", "Linux", "Apache"] as const;
/** Characters of a message and its template together; longer ones are left out, to keep a run short. */
const LONGEST = 160;
const LONGEST_TEMPLATE = 80;
const MAX_TOKENS = 96;
/** Messages of one template that are kept. */
const MESSAGES = 8;
/** Of a client. */
const TEST_ROWS = 24;
const UNSEEN_ROWS = 16;
/** One group of templates in this many is unseen. */
const UNSEEN_GROUPS = 5;

interface Template {
  readonly template: string;
  /** No two messages are equal. */
  readonly rows: readonly Row[];
}

/** @throws {Error} when a file is missing, or there are more clients than systems. */
export function parsingData(
  folder: string,
  { clients, seed, rows }: Pick<RunSettings, "clients" | "seed" | "rows">,
): ExperimentData {
  if (clients > SYSTEMS.length) throw new Error(`There are logs of ${SYSTEMS.length} systems, so at most as many clients`);
  const logs = SYSTEMS.slice(0, clients).map((system) => ({ system, templates: templatesOf(folder, system) }));
  const all = logs.flatMap(({ templates }) => templates.map(({ template }) => template));
  const unseen = unseenTemplates(all, seed);
  return {
    task: { kind: "text" },
    maxTokens: MAX_TOKENS,
    clients: logs.map(({ system, templates }) => divided(system, templates, { unseen, seed, rows: Math.floor(rows / clients) })),
  };
}

function templatesOf(folder: string, system: string): readonly Template[] {
  const messages = new Map<string, Map<string, Row>>();
  for (const { line, values } of readColumns(folder, `loghub/${system}_2k.log_structured.csv`, ["Content", "EventTemplate"])) {
    const [input = "", answer = ""] = values.map((value) => value.replace(/\s+/g, " ").trim());
    if (!input || !answer || input.length + answer.length > LONGEST || answer.length > LONGEST_TEMPLATE) continue;
    const found = messages.get(answer) ?? new Map<string, Row>();
    if (found.size < MESSAGES && !found.has(input)) found.set(input, { line, input, answer });
    messages.set(answer, found);
  }
  return [...messages].map(([template, found]) => ({ template, rows: [...found.values()] }));
}

function unseenTemplates(templates: readonly string[], seed: number): ReadonlySet<string> {
  const groups = nearDuplicateGroups(templates);
  const order = shuffled([...Array(countGroups(groups)).keys()], random(seed, "unseenTemplates"));
  const chosen = new Set(order.slice(0, Math.floor(order.length / UNSEEN_GROUPS)));
  return new Set(templates.filter((_, i) => chosen.has(groups[i] ?? -1)));
}

interface Division {
  readonly unseen: ReadonlySet<string>;
  readonly seed: number;
  /** Of templates that are trained on, at most. */
  readonly rows: number;
}

/** A template's first message is always trained on, a quarter of the others tested, and of four or more one is for fusion. */
function divided(system: string, templates: readonly Template[], { unseen, seed, rows }: Division): ClientData {
  const order = shuffled(templates, random(seed, "templates", system));
  const parts = firstOf(
    order.filter(({ template }) => !unseen.has(template)),
    rows,
  ).map(({ rows: messages }) => {
    const tested = messages.length - Math.ceil((messages.length - 1) / 4);
    const trained = messages.length > 3 ? tested - 1 : tested;
    return { train: messages.slice(0, trained), fusion: messages.slice(trained, tested), test: messages.slice(tested) };
  });
  const hidden = order.filter(({ template }) => unseen.has(template));
  return {
    name: system,
    split: {
      train: parts.flatMap(({ train }) => train),
      fusion: parts.flatMap(({ fusion }) => fusion),
      test: parts.flatMap(({ test }) => test).slice(0, TEST_ROWS),
    },
    unseen: hidden.flatMap(({ rows: messages }) => messages.slice(0, 2)).slice(0, UNSEEN_ROWS),
  };
}

/** The first templates that have so many messages together. */
function firstOf(templates: readonly Template[], rows: number): readonly Template[] {
  let sum = 0;
  return templates.filter(({ rows: messages }) => {
    sum += messages.length;
    return sum <= rows;
  });
}
