/** The config that the new-federation form stands for, or what is missing. */
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { type FederationConfig, newFederationConfig } from "@duet/lora-core/protocol/federationConfig";
import {
  aggregationNote,
  type ChoiceNote,
  clientEpsilonNote,
  epsilonNote,
  labelVectorsNote,
  methodNote,
  minClientsNote,
  robustnessNote,
  samplingNote,
  uploadNote,
} from "./choiceNotes.ts";
import { clientEpsilonOf, clientsPerRoundOf, type FederationForm, parseLabels, privacyOf, taskOf } from "./federationForm.ts";

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
  const refused = notesOf(form).find(({ runs }) => !runs);
  if (refused) return { ok: false, problem: refused.text };
  const [method = "", preset = ""] = form.method.split("/");
  const parsed = newFederationConfig.safeParse(
    defaultFederation({
      ...form,
      model,
      method,
      preset,
      seed,
      name: form.name.trim(),
      task: taskOf(form),
      labelVectors: form.labelVectors === "texts" ? null : form.labelVectors,
      training: privacyOf(form),
      clientEpsilon: clientEpsilonOf(form),
      clientsPerRound: clientsPerRoundOf(form),
      roundDeadlineSeconds: Math.round(60 * form.deadlineMinutes),
    }),
  );
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problem: `${schemaWords(parsed.error, { nameOf: nameInForm })}.` };
}

const notesOf = (form: FederationForm): readonly ChoiceNote[] => [
  methodNote(form),
  aggregationNote(form),
  robustnessNote(form),
  uploadNote(form),
  minClientsNote(form),
  samplingNote(form),
  epsilonNote(form),
  clientEpsilonNote(form),
  labelVectorsNote(form),
];

/** What the form calls a setting; the rest goes by its own name. */
const FORM_NAMES: ReadonlyMap<unknown, string> = new Map([
  ["local", "Steps alone"],
  ["inner", "Steps per round"],
  ["epsilon", "Epsilon"],
  ["clientSampling", "Clients a round"],
  ["minClients", "Clients at least"],
  ["maxClients", "Clients at most"],
  ["roundDeadlineSeconds", "The round deadline in seconds"],
]);

const nameInForm = (path: readonly PropertyKey[]): string | undefined =>
  path.map((part) => FORM_NAMES.get(part)).find((name) => name !== undefined);
