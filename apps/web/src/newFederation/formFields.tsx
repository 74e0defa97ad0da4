/** Fields of the new-federation form, and what is said of what is chosen. */
import type { Offer } from "@duet/client/typedSocket";
import { NumberInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { ChoiceNote } from "./choiceNotes.ts";
import type { FederationForm } from "./federationForm.ts";

export interface FieldsProps {
  readonly form: FederationForm;
  readonly onChange: (change: Partial<FederationForm>) => void;
}

export type FieldsOfOfferProps = FieldsProps & { readonly offer: Offer };

interface CountFieldProps extends FieldsProps {
  readonly label: string;
  readonly said: Said;
  readonly name: "rounds" | "localSteps" | "innerSteps" | "minClients" | "maxClients" | "deadlineMinutes";
  readonly max: number;
}

export function CountField({ form, onChange, label, said, name, max }: CountFieldProps) {
  return (
    <NumberInput
      label={label}
      {...said}
      value={form[name]}
      min={1}
      max={max}
      clampBehavior="strict"
      onChange={(value) => onChange({ [name]: Number(value) || 1 })}
    />
  );
}

interface OptionalFieldProps extends FieldsProps {
  readonly label: string;
  readonly note: ChoiceNote;
  readonly name: "epsilon" | "clientEpsilon" | "clientsPerRound" | "lateRounds";
  /** What an empty field stands for. */
  readonly placeholder: string;
  readonly max: number;
}

export function OptionalField({ form, onChange, label, note, name, placeholder, max }: OptionalFieldProps) {
  return (
    <NumberInput
      label={label}
      {...said(note)}
      placeholder={placeholder}
      value={form[name]}
      min={0}
      max={max}
      step={1}
      onChange={(value) => onChange({ [name]: String(value) })}
    />
  );
}

type Said = { readonly description: ReactNode } | { readonly error: string };

/** What a choice does as its description, why it cannot be had as its error. */
export const said = ({ text, runs }: ChoiceNote): Said => (runs ? { description: text } : { error: text });
