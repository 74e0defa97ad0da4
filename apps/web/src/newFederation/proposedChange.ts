/** What a proposal makes of the form: its label vectors only where the rest of the form can have them. Pure. */
import type { MethodProposal } from "@duet/lora-core/federation/methodProposal";
import { labelVectorsNote } from "./choiceNotes.ts";
import type { FederationForm } from "./federationForm.ts";

/** `labelVectors` of null is what is proposed for the rest of the form. */
export function proposedChange(
  form: FederationForm,
  { method, preset, labelVectors }: NonNullable<MethodProposal["choices"]>,
): Pick<FederationForm, "method" | "labelVectors"> {
  const change = { method: `${method}/${preset}`, labelVectors };
  return labelVectorsNote({ ...form, ...change }).runs ? change : { ...change, labelVectors: null };
}
