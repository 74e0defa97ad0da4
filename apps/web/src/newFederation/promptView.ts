/** What a base reads of a row of the chosen task, before there is one. Pure. */
import { parseBase } from "@duet/lora-core/architectures/modelConfig";
import { promptText } from "@duet/lora-core/data/promptText";
import { type FederationForm, parseLabels } from "./federationForm.ts";
import { words } from "./words.ts";

export interface PromptView {
  /** With the row's parts in braces. */
  readonly prompt: string;
  /** The answer as it follows the prompt; null where the base writes none. */
  readonly answer: string | null;
  readonly note: string;
}

/** Null while no base is chosen. */
export function promptView({ model, kind, labels }: Pick<FederationForm, "model" | "kind" | "labels">): PromptView | null {
  if (!model) return null;
  const input = `{${words.whatTheModelReads.input}}`;
  if (parseBase(model.config).family === "encoder") return { prompt: input, answer: null, note: words.whatTheModelReads.encoder };
  const [first] = kind === "label" ? parseLabels(labels) : [];
  const answer = first ?? `{${kind === "label" ? words.whatTheModelReads.label : words.whatTheModelReads.answer}}`;
  return { prompt: promptText(input), answer, note: words.whatTheModelReads.decoder };
}
