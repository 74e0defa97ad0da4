/** The new-federation form: what is typed, and the config it stands for. Pure. */

import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { proposedBase } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation, presetOf } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { type FederationConfig, newFederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Joining, Listing } from "@duet/lora-core/protocol/organiserView";
import { ROBUSTNESS, type RobustnessConfig, robustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { personalLeaves, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { type Method, methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { Budgets } from "@duet/lora-core/strategies/strategy";
import type { InitialAdapter } from "./initialAdapterOf.ts";

export interface FederationForm {
  readonly name: string;
  /** Null until there is one. */
  readonly model: BaseModel | null;
  /** Null starts from a fresh one. */
  readonly initial: InitialAdapter | null;
  readonly kind: "label" | "text";
  /** One label per line. */
  readonly labels: string;
  /** A method's id and one of its presets, with a / between. */
  readonly method: string;
  readonly robustness: RobustnessConfig["kind"];
  readonly rounds: number;
  readonly localSteps: number;
  readonly innerSteps: number;
  readonly minClients: number;
  readonly maxClients: number;
  readonly deadlineMinutes: number;
  readonly joining: Joining;
  readonly listing: Listing;
}

export function initialForm(models: readonly BaseModel[]): FederationForm {
  return {
    name: "",
    model: proposedBase(models, "label"),
    initial: null,
    kind: "label",
    labels: "",
    method: methodChoices[0]?.value ?? "",
    robustness: "clip",
    rounds: 4,
    localSteps: 24,
    innerSteps: 12,
    minClients: 2,
    maxClients: 20,
    deadlineMinutes: 10,
    joining: "open",
    listing: null,
  };
}

type BudgetField = "rounds" | "localSteps" | "innerSteps";

const budgetsOf = ({ rounds, localSteps, innerSteps }: Pick<FederationForm, BudgetField>): Budgets => ({
  local: { unit: "steps", amount: localSteps },
  inner: { unit: "steps", amount: innerSteps },
  rounds,
});

/** Every method with every preset, as choices. */
export const methodChoices: readonly { readonly value: string; readonly label: string }[] = strategies.flatMap((strategy) => {
  const presets = Object.keys(strategy.presets);
  return presets.map((preset) => ({
    value: `${strategy.id}/${preset}`,
    label: presets.length === 1 ? strategy.label : `${strategy.label}, ${preset}`,
  }));
});

/** Every protection against bad updates, as choices. */
export const robustnessChoices = Object.entries(ROBUSTNESS_WORDS).map(([value, { label }]) => ({ value, label }));

/** The choice of that value; the default where there is none. */
export function chosenRobustness(value: string): FederationForm["robustness"] {
  return robustnessConfig.options.flatMap(({ shape }) => shape.kind.options).find((kind) => kind === value) ?? "clip";
}

/** What a choice is or does, one sentence; or why it cannot be had. */
interface ChoiceNote {
  readonly text: string;
  readonly runs: boolean;
}

/** What the chosen method does, one sentence; or why it cannot do this kind of task. */
export function methodNote(form: Pick<FederationForm, "method" | "kind" | BudgetField>): ChoiceNote {
  const method = methodIn(form);
  const refusal = method.refusal(form.kind);
  return refusal
    ? { text: refusal, runs: false }
    : { text: `${method.summary}${privacyNote(method, budgetsOf(form))}`, runs: true };
}

/** What the chosen protection does, one sentence; or why the chosen method cannot have it. */
export function robustnessNote(form: Pick<FederationForm, "method" | "robustness">): ChoiceNote {
  const refusal = methodIn(form).robustnessRefusal(ROBUSTNESS[form.robustness]);
  return { text: refusal ?? ROBUSTNESS_WORDS[form.robustness].summary, runs: refusal === null };
}

function methodIn({ method }: Pick<FederationForm, "method">): Method {
  const [id = "", preset] = method.split("/");
  return methodOf(presetOf(id, preset));
}

/** What becomes of the personal adapter, where clients have one. */
function privacyNote(method: Method, budgets: Budgets): string {
  if (!trainsPersonal(method, budgets)) return "";
  return personalLeaves(method, budgets)
    ? " The coordinator sees the personal adapter too."
    : " The personal adapter is never uploaded, in no form.";
}

export type FormResult =
  | { readonly ok: true; readonly config: FederationConfig }
  /** One sentence about the first thing that is missing or wrong. */
  | { readonly ok: false; readonly problem: string };

export function toConfig(form: FederationForm, seed: number): FormResult {
  const { model } = form;
  if (!model) return { ok: false, problem: "Choose a base model." };
  if (form.name.trim() === "") return { ok: false, problem: "Give the federation a name." };
  const labels = parseLabels(form.labels);
  if (form.kind === "label" && labels.length < 2) return { ok: false, problem: "Give at least two labels, one per line." };
  for (const note of [methodNote(form), robustnessNote(form)]) if (!note.runs) return { ok: false, problem: note.text };
  const [method = "", preset = ""] = form.method.split("/");
  const parsed = newFederationConfig.safeParse(
    defaultFederation({
      ...form,
      model,
      method,
      preset,
      seed,
      name: form.name.trim(),
      task: form.kind === "label" ? { kind: "label", labels } : { kind: "text" },
      roundDeadlineSeconds: Math.round(60 * form.deadlineMinutes),
    }),
  );
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problem: `${schemaWords(parsed.error, { nameOf: nameInForm })}.` };
}

/** What the form calls a setting; the rest goes by its own name. */
const FORM_NAMES: ReadonlyMap<unknown, string> = new Map([
  ["local", "Steps alone"],
  ["inner", "Steps per round"],
  ["minClients", "Clients at least"],
  ["maxClients", "Clients at most"],
  ["roundDeadlineSeconds", "The round deadline in seconds"],
]);

const nameInForm = (path: readonly PropertyKey[]): string | undefined =>
  path.map((part) => FORM_NAMES.get(part)).find((name) => name !== undefined);

/** Lines, trimmed, without empty ones and repetitions; their order is kept. */
export const parseLabels = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
