import type { Offer } from "@duet/client/coordinatorClient";
import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { isFitFor, proposedBase } from "@duet/lora-core/federation/defaultBase";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { MAX_CLIENTS, MAX_ROUNDS } from "@duet/lora-core/protocol/limits";
import { NativeSelect, NumberInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { MemoryNote } from "../connect/MemoryNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { BaseModelField } from "./BaseModelField.tsx";
import {
  aggregationChange,
  aggregationChoices,
  aggregationNote,
  type ChoiceNote,
  chosenRobustness,
  chosenUpload,
  clientEpsilonNote,
  epsilonNote,
  type FederationForm,
  methodChoices,
  methodNote,
  minClientsNote,
  robustnessChoices,
  robustnessNote,
  uploadChoices,
  uploadNote,
} from "./federationForm.ts";
import { LabelsFromFile } from "./LabelsFromFile.tsx";

export interface FieldsProps {
  readonly form: FederationForm;
  readonly onChange: (change: Partial<FederationForm>) => void;
}

type FieldsOfOfferProps = FieldsProps & { readonly offer: Offer };

export function BasicFields({ form, offer, onChange }: FieldsOfOfferProps) {
  const changeModel = (model: BaseModel | null) => {
    const kind = !model || isFitFor(form.kind, model) ? form.kind : "label";
    onChange({ model, kind, initial: null });
  };
  return (
    <Panel title="What">
      <div className="fields">
        <TextInput
          label="Name"
          value={form.name}
          maxLength={60}
          required
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      </div>
      <BaseModelField model={form.model} task={form.kind} offer={offer} onChange={changeModel} />
      {form.model && (
        <MemoryNote
          {...defaultFederation({
            name: form.name,
            model: form.model,
            task: form.kind === "label" ? { kind: "label", labels: [] } : { kind: "text" },
          })}
        />
      )}
    </Panel>
  );
}

/** Free text takes a base that writes: where the chosen one does not, the one proposed of those that are served. */
export function TaskFields({ form, offer, onChange }: FieldsOfOfferProps) {
  const canWrite = !form.model || isFitFor("text", form.model);
  const writer = proposedBase(offer.models, "text");
  const changeKind = (kind: string) => {
    if (kind !== "text") onChange({ kind: "label" });
    else if (canWrite) onChange({ kind: "text" });
    else onChange({ kind: "text", model: writer, initial: null });
  };
  return (
    <Panel title="Task" hint="Every row has an input and an answer. With labels, the answer is one of a closed list.">
      {(canWrite || writer) && (
        <SegmentedControl
          mb="sm"
          aria-label="Kind of answer"
          value={form.kind}
          onChange={changeKind}
          data={[
            { value: "label", label: "One of a list of labels" },
            { value: "text", label: "Free text" },
          ]}
        />
      )}
      {form.kind === "label" && (
        <>
          <Textarea
            label="Labels"
            description="One per line; rows with another answer are left out by everyone."
            value={form.labels}
            onChange={(event) => onChange({ labels: event.currentTarget.value })}
            autosize
            minRows={3}
            maxRows={12}
            mb="sm"
          />
          <LabelsFromFile onLabels={(labels) => onChange({ labels: labels.join("\n") })} />
        </>
      )}
    </Panel>
  );
}

export function MethodFields({ form, onChange }: FieldsProps) {
  const number = (label: string, note: ChoiceNote | string, key: NumberField, max: number) => (
    <NumberInput
      label={label}
      {...(typeof note === "string" ? { description: note } : said(note))}
      value={form[key]}
      min={1}
      max={max}
      clampBehavior="strict"
      onChange={(value) => onChange({ [key]: Number(value) || 1 })}
    />
  );
  const epsilon = (label: string, note: ChoiceNote, key: "epsilon" | "clientEpsilon") => (
    <NumberInput
      label={label}
      {...said(note)}
      placeholder="none"
      value={form[key]}
      min={0}
      max={MAX_EPSILON}
      step={1}
      onChange={(value) => onChange({ [key]: String(value) })}
    />
  );
  return (
    <Panel title="How">
      <div className="fields">
        <NativeSelect
          label="Method"
          {...said(methodNote(form))}
          value={form.method}
          data={[...methodChoices]}
          onChange={(event) => onChange({ method: event.currentTarget.value })}
        />
        <NativeSelect
          label="How updates come together"
          {...said(aggregationNote(form))}
          value={form.aggregation}
          data={[...aggregationChoices]}
          onChange={(event) => onChange(aggregationChange(form, event.currentTarget.value))}
        />
        <NativeSelect
          label="Protection against bad updates"
          {...said(robustnessNote(form))}
          value={form.robustness}
          data={robustnessChoices}
          onChange={(event) => onChange({ robustness: chosenRobustness(event.currentTarget.value) })}
        />
        <NativeSelect
          label="How large uploads are"
          {...said(uploadNote(form))}
          value={nameOfCoding(form.upload)}
          data={uploadChoices}
          onChange={(event) => onChange({ upload: chosenUpload(event.currentTarget.value) })}
        />
        {epsilon("Differential privacy of rows, epsilon", epsilonNote(form), "epsilon")}
        {epsilon("Differential privacy of clients, epsilon", clientEpsilonNote(form), "clientEpsilon")}
        {number("Rounds", "Exchanges of the shared adapter.", "rounds", MAX_ROUNDS)}
        {number("Steps alone", "Optimiser steps before the first exchange.", "localSteps", 100_000)}
        {number("Steps per round", "Optimiser steps between two exchanges.", "innerSteps", 100_000)}
        {number("Clients at least", minClientsNote(form), "minClients", MAX_CLIENTS)}
        {number("Clients at most", "Later ones are turned away.", "maxClients", MAX_CLIENTS)}
        {number("Round deadline, minutes", "A round ends then, even if someone has not answered.", "deadlineMinutes", 1440)}
      </div>
    </Panel>
  );
}

/** What a choice does as its description, why it cannot be had as its error. */
const said = ({ text, runs }: ChoiceNote) => (runs ? { description: text } : { error: text });

const MAX_EPSILON = 100;

type NumberField = "rounds" | "localSteps" | "innerSteps" | "minClients" | "maxClients" | "deadlineMinutes";
