/** Tasks that people often have, with proposed labels. Pure. */

import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import { type FederationForm, parseLabels } from "./federationForm.ts";
import type { words } from "./words.ts";

export interface TaskTemplate {
  readonly id: keyof typeof words.taskTemplates;
  readonly kind: FederationForm["kind"];
  /** Empty where they are the organiser's own, and where answers are free text. */
  readonly labels: readonly string[];
}

const TRIAGE = ["immediate", "very urgent", "urgent", "standard", "non-urgent"];

/** As in the public data set Symptom2Disease. */
const DIAGNOSES = [
  "Acne",
  "Arthritis",
  "Bronchial Asthma",
  "Cervical spondylosis",
  "Chicken pox",
  "Common Cold",
  "Dengue",
  "Dimorphic Hemorrhoids",
  "Fungal infection",
  "Hypertension",
  "Impetigo",
  "Jaundice",
  "Malaria",
  "Migraine",
  "Pneumonia",
  "Psoriasis",
  "Typhoid",
  "Varicose Veins",
  "allergy",
  "diabetes",
  "drug reaction",
  "gastroesophageal reflux disease",
  "peptic ulcer disease",
  "urinary tract infection",
];

const COMPONENTS = ["compute", "memory", "network", "scheduler", "security", "storage"];
const INTENTS = ["question", "order", "change", "cancellation", "complaint", "praise"];

const OWN: TaskTemplate = { id: "own", kind: "label", labels: [] };

export const TASK_TEMPLATES: readonly TaskTemplate[] = [
  OWN,
  { id: "triage", kind: "label", labels: TRIAGE },
  { id: "diagnosis", kind: "label", labels: DIAGNOSES },
  { id: "terms", kind: "label", labels: SAMPLES.medical.labels },
  { id: "severity", kind: "label", labels: SAMPLES.logs.labels },
  { id: "routing", kind: "label", labels: COMPONENTS },
  { id: "intents", kind: "label", labels: INTENTS },
  { id: "text", kind: "text", labels: [] },
];

/** The one whose task the form has. */
export function templateOf({ kind, labels }: Pick<FederationForm, "kind" | "labels">): TaskTemplate {
  const typed = parseLabels(labels).join("\n");
  const fits = (template: TaskTemplate) => template.kind === kind && (kind === "text" || template.labels.join("\n") === typed);
  return TASK_TEMPLATES.find(fits) ?? OWN;
}
