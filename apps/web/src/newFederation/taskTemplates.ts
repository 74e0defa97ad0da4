/** Tasks that people often have, with proposed labels. Pure. */
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import { type FederationForm, parseLabels } from "./federationForm.ts";
import { COMPONENTS, DIAGNOSES, INTENTS, inEveryLanguage, NONE, type ProposedLabels, TRIAGE } from "./proposedLabels.ts";
import type { words } from "./words.ts";

export interface TaskTemplate {
  readonly id: keyof typeof words.taskTemplates;
  readonly kind: FederationForm["kind"];
  /** None where they are the organiser's own, and where answers are free text. */
  readonly labels: ProposedLabels;
}

const OWN: TaskTemplate = { id: "own", kind: "label", labels: NONE };

export const TASK_TEMPLATES: readonly TaskTemplate[] = [
  OWN,
  { id: "triage", kind: "label", labels: TRIAGE },
  { id: "diagnosis", kind: "label", labels: DIAGNOSES },
  { id: "terms", kind: "label", labels: inEveryLanguage(SAMPLES.medical.labels) },
  { id: "severity", kind: "label", labels: inEveryLanguage(SAMPLES.logs.labels) },
  { id: "routing", kind: "label", labels: COMPONENTS },
  { id: "intents", kind: "label", labels: INTENTS },
  { id: "text", kind: "text", labels: NONE },
];

/** The one whose task the form has, in whichever language its labels were proposed. */
export function templateOf({ kind, labels }: Pick<FederationForm, "kind" | "labels">): TaskTemplate {
  const typed = parseLabels(labels).join("\n");
  const proposes = ({ labels }: TaskTemplate) => Object.values(labels).some((proposed) => proposed.join("\n") === typed);
  const fits = (template: TaskTemplate) => template.kind === kind && (kind === "text" || proposes(template));
  return TASK_TEMPLATES.find(fits) ?? OWN;
}
