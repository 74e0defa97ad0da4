/** The config that the new-federation form stands for, or what is missing. */

import { schemaSaying } from "@duet/lora-core/errors/schemaWords";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { type FederationConfig, newFederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { say } from "@duet/lora-core/sayings/saying";
import type { z } from "zod";
import { words as common } from "../lib/words.ts";
import {
  aggregationNote,
  type ChoiceNote,
  clientEpsilonNote,
  epsilonNote,
  labelVectorsNote,
  lateNote,
  methodNote,
  minClientsNote,
  ranksNote,
  robustnessNote,
  samplingNote,
  statisticsNote,
  uploadNote,
  workNote,
} from "./choiceNotes.ts";
import { choicesOf, type FederationForm, parseLabels } from "./federationForm.ts";
import { words as refusals } from "./refusals/words.ts";
import { words } from "./words.ts";

export type FormResult =
  | { readonly ok: true; readonly config: FederationConfig }
  /** One sentence about the first thing that is missing or wrong. */
  | { readonly ok: false; readonly problem: string };

export function toConfig(form: FederationForm, seed: number): FormResult {
  const { model } = form;
  if (!model) return { ok: false, problem: words.toConfig.chooseBase };
  if (form.name.trim() === "") return { ok: false, problem: words.toConfig.giveName };
  const labels = parseLabels(form.labels);
  if (form.kind === "label" && labels.length < 2) return { ok: false, problem: words.toConfig.twoLabels };
  const refused = notesOf(form).find(({ runs }) => !runs);
  if (refused) return { ok: false, problem: refused.text };
  const parsed = newFederationConfig.safeParse(defaultFederation({ ...choicesOf(form, model), seed }));
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problem: problemOf(parsed.error) };
}

/** What a schema refuses of it, one sentence. */
function problemOf(error: z.core.$ZodError): string {
  const said = say(refusals.schema, schemaSaying(error, { nameOf: nameInForm }));
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${common.listing.stop}`;
}

const notesOf = (form: FederationForm): readonly ChoiceNote[] => [
  methodNote(form),
  aggregationNote(form),
  robustnessNote(form),
  uploadNote(form),
  minClientsNote(form),
  samplingNote(form),
  workNote(form),
  lateNote(form),
  ranksNote(form),
  statisticsNote(form),
  epsilonNote(form),
  clientEpsilonNote(form),
  labelVectorsNote(form),
];

/** What the form calls a setting; the rest goes by its own name. */
const FORM_NAMES: ReadonlyMap<unknown, keyof typeof words.formNames> = new Map([
  ["local", "stepsAlone"],
  ["inner", "stepsPerRound"],
  ["epsilon", "epsilon"],
  ["clientSampling", "clientsARound"],
  ["late", "lateAnswers"],
  ["minClients", "clientsAtLeast"],
  ["maxClients", "clientsAtMost"],
  ["roundDeadlineSeconds", "deadlineInSeconds"],
  ["rounds", "rounds"],
  ["name", "name"],
  ["labels", "labels"],
  ["seed", "seed"],
] as const);

function nameInForm(path: readonly PropertyKey[]): string | undefined {
  const name = path.map((part) => FORM_NAMES.get(part)).find((known) => known !== undefined);
  return name && words.formNames[name];
}
