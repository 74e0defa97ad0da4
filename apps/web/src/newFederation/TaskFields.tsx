import { isFitFor, proposedBase } from "@duet/lora-core/federation/defaultBase";
import { Textarea } from "@mantine/core";
import { language } from "../lib/language.ts";
import { ChoiceCards } from "../ui/ChoiceCards.tsx";
import { Panel } from "../ui/Panel.tsx";
import type { FieldsOfOfferProps } from "./formFields.tsx";
import { LabelsFromFile } from "./LabelsFromFile.tsx";
import { TASK_TEMPLATES, templateOf } from "./taskTemplates.ts";
import { WhatTheModelReads } from "./WhatTheModelReads.tsx";
import { words } from "./words.ts";

/** Free text takes a base that writes: where the chosen one does not, the one proposed of those that are served. */
export function TaskFields({ form, offer, onChange }: FieldsOfOfferProps) {
  const canWrite = !form.model || isFitFor("text", form.model);
  const writer = proposedBase(offer.models, "text");
  const choose = (id: string) => {
    const template = TASK_TEMPLATES.find((one) => one.id === id);
    if (!template) return;
    if (template.kind === "label") onChange({ kind: "label", labels: template.labels[language.get()].join("\n") });
    else if (canWrite) onChange({ kind: "text" });
    else onChange({ kind: "text", model: writer, initial: null });
  };
  const choices = TASK_TEMPLATES.filter(({ kind }) => kind === "label" || canWrite || writer);
  return (
    <>
      <ChoiceCards
        label={words.federationFields.task}
        value={templateOf(form).id}
        choices={choices.map(({ id }) => ({ value: id, ...words.taskTemplates[id] }))}
        onChange={choose}
      />
      {form.kind === "label" && (
        <Panel title={words.federationFields.whatTheAnswersAre} hint={words.federationFields.answersHint}>
          <Textarea
            label={words.federationFields.labels}
            description={words.federationFields.labelsNote}
            value={form.labels}
            onChange={(event) => onChange({ labels: event.currentTarget.value })}
            autosize
            minRows={3}
            maxRows={12}
            mb="sm"
          />
          <LabelsFromFile onLabels={(labels) => onChange({ labels: labels.join("\n") })} />
        </Panel>
      )}
      <WhatTheModelReads form={form} />
    </>
  );
}
