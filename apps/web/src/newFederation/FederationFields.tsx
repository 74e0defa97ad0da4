import type { Offer } from "@duet/client/typedSocket";
import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { isFitFor, proposedBase } from "@duet/lora-core/federation/defaultBase";
import type { DeviceClass } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { MAX_CLIENTS, MAX_LATE_ROUNDS, MAX_ROUNDS } from "@duet/lora-core/protocol/limits";
import { NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";
import { MemoryNote } from "../connect/MemoryNote.tsx";
import { language } from "../lib/language.ts";
import { ChoiceCards } from "../ui/ChoiceCards.tsx";
import { Panel } from "../ui/Panel.tsx";
import { BaseModelField } from "./BaseModelField.tsx";
import {
  aggregationNote,
  type ChoiceNote,
  clientEpsilonNote,
  devicesNote,
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
import { type FederationForm, labelVectorsOf, settingsFor } from "./federationForm.ts";
import {
  chosenDeadline,
  chosenDevices,
  chosenLabelVectors,
  chosenRanks,
  chosenRobustness,
  chosenStatistics,
  chosenUpload,
  chosenWork,
  deadlineChoices,
  deviceChoices,
  labelVectorChoices,
  rankChoices,
  robustnessChoices,
  statisticsChoices,
  uploadChoices,
  workChoices,
} from "./formChoices.ts";
import { LabelsFromFile } from "./LabelsFromFile.tsx";
import { type MethodGroupId, methodGroups } from "./methodGroups.ts";
import { PrivacyChoice } from "./PrivacyChoice.tsx";
import { ProposedMethod } from "./ProposedMethod.tsx";
import { privacyLevel } from "./privacyLevel.ts";
import { TASK_TEMPLATES, templateOf } from "./taskTemplates.ts";
import { words } from "./words.ts";

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
  const settings = settingsFor(form);
  const unlessChosen = (devices: DeviceClass) => (form.devices === devices ? null : settingsFor({ ...form, devices }));
  return (
    <Panel title={words.federationFields.nameAndBaseModel}>
      <div className="fields">
        <TextInput
          label={words.federationFields.name}
          value={form.name}
          maxLength={60}
          required
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={words.federationFields.devicesThatTakePart}
          {...said(devicesNote(form))}
          value={form.devices}
          data={deviceChoices()}
          onChange={(event) => onChange({ devices: chosenDevices(event.currentTarget.value) })}
        />
      </div>
      <BaseModelField model={form.model} task={form.kind} offer={offer} onChange={changeModel} />
      {settings && (
        <MemoryNote settings={settings} place={{ kind: "form", smaller: unlessChosen("small"), usual: unlessChosen("usual") }} />
      )}
    </Panel>
  );
}

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
    </>
  );
}

/** Who gets which model in the end. */
export function MethodField({ form, onChange }: FieldsProps) {
  const groups = methodGroups(form);
  const group = groups.find(({ methods }) => methods.some(({ value }) => value === form.method));
  const chooseGroup = (id: MethodGroupId) =>
    onChange({ method: groups.find((one) => one.id === id)?.methods[0]?.value ?? form.method });
  return (
    <>
      <ProposedMethod form={form} onChange={onChange} />
      <ChoiceCards
        label={words.federationFields.whoGetsWhich}
        value={group?.id ?? "mixed"}
        choices={groups.map(({ id }) => ({ value: id, ...words.methodGroups[id] }))}
        onChange={chooseGroup}
      />
      <Panel title={words.federationFields.howExactly}>
        <NativeSelect
          label={words.federationFields.method}
          {...said(methodNote(form))}
          value={form.method}
          data={groups.map(({ id, methods }) => ({ group: words.methodGroups[id].title, items: [...methods] }))}
          onChange={(event) => onChange({ method: event.currentTarget.value })}
        />
      </Panel>
    </>
  );
}

/** What the coordinator may see; or why the chosen method needs to be seen. */
export function PrivacyField({ form, onChange }: FieldsProps) {
  const { text, runs } = aggregationNote(form);
  return (
    <>
      <PrivacyChoice form={form} onChange={onChange} />
      <p className={runs ? "muted small" : "small wrong"} role="status">
        {text}
      </p>
      {privacyLevel(form) === "secure" && (
        <Panel title={words.federationFields.whatRowsAreLike}>
          <NativeSelect
            label={words.federationFields.tellRows}
            {...said(statisticsNote(form))}
            value={form.statistics ?? "none"}
            data={statisticsChoices()}
            onChange={(event) => onChange({ statistics: chosenStatistics(event.currentTarget.value) })}
          />
        </Panel>
      )}
    </>
  );
}

/** How long, and with how many. */
export function SizeFields({ form, onChange }: FieldsProps) {
  const fields = { form, onChange };
  return (
    <div className="fields">
      <CountField
        {...fields}
        label={words.federationFields.rounds}
        said={{ description: words.federationFields.roundsNote }}
        name="rounds"
        max={MAX_ROUNDS}
      />
      <CountField
        {...fields}
        label={words.federationFields.clientsAtLeast}
        said={said(minClientsNote(form))}
        name="minClients"
        max={MAX_CLIENTS}
      />
      <CountField
        {...fields}
        label={words.federationFields.clientsAtMost}
        said={{ description: words.federationFields.mostNote }}
        name="maxClients"
        max={MAX_CLIENTS}
      />
      <CountField
        {...fields}
        label={words.federationFields.roundDeadlineMinutes}
        said={{ description: words.federationFields.deadlineNote }}
        name="deadlineMinutes"
        max={1440}
      />
    </div>
  );
}

/** What has a proposal that is seldom changed. */
export function FineFields({ form, onChange }: FieldsProps) {
  const fields = { form, onChange };
  return (
    <div className="fields">
      <CountField
        {...fields}
        label={words.federationFields.stepsAlone}
        said={{ description: words.federationFields.aloneNote }}
        name="localSteps"
        max={100_000}
      />
      <CountField
        {...fields}
        label={words.federationFields.stepsPerRound}
        said={{ description: words.federationFields.stepsNote }}
        name="innerSteps"
        max={100_000}
      />
      <NativeSelect
        label={words.federationFields.protectionAgainstBadUpdates}
        {...said(robustnessNote(form))}
        value={form.robustness}
        data={robustnessChoices()}
        onChange={(event) => onChange({ robustness: chosenRobustness(event.currentTarget.value) })}
      />
      <NativeSelect
        label={words.federationFields.howLargeUploadsAre}
        {...said(uploadNote(form))}
        value={nameOfCoding(form.upload)}
        data={uploadChoices()}
        onChange={(event) => onChange({ upload: chosenUpload(event.currentTarget.value) })}
      />
      {form.kind === "label" && (
        <NativeSelect
          label={words.federationFields.whatLabelsAre}
          {...said(labelVectorsNote(form))}
          value={labelVectorsOf(form)}
          data={labelVectorChoices()}
          onChange={(event) => onChange({ labelVectors: chosenLabelVectors(event.currentTarget.value) })}
        />
      )}
      <OptionalField
        {...fields}
        label={words.federationFields.clientsARound}
        note={samplingNote(form)}
        name="clientsPerRound"
        placeholder={words.federationFields.all}
        max={MAX_CLIENTS}
      />
      <NativeSelect
        label={words.federationFields.whenARoundCloses}
        description={words.choiceNotes[form.deadline === "fixed" ? "fixedDeadline" : "deadlineBySpeed"]}
        value={form.deadline}
        data={deadlineChoices()}
        onChange={(event) => onChange({ deadline: chosenDeadline(event.currentTarget.value) })}
      />
      <OptionalField
        {...fields}
        label={words.federationFields.lateAnswers}
        note={lateNote(form)}
        name="lateRounds"
        placeholder={words.federationFields.none}
        max={MAX_LATE_ROUNDS}
      />
      <NativeSelect
        label={words.federationFields.workOfSlowerClients}
        {...said(workNote(form))}
        value={form.work}
        data={workChoices()}
        onChange={(event) => onChange({ work: chosenWork(event.currentTarget.value) })}
      />
      <NativeSelect
        label={words.federationFields.ranksOfSmallerClients}
        {...said(ranksNote(form))}
        value={form.ranks}
        data={rankChoices()}
        onChange={(event) => onChange({ ranks: chosenRanks(event.currentTarget.value) })}
      />
      <OptionalField
        {...fields}
        label={words.federationFields.differentialPrivacyOfRowsEpsilon}
        note={epsilonNote(form)}
        name="epsilon"
        placeholder={words.federationFields.none}
        max={MAX_EPSILON}
      />
      <OptionalField
        {...fields}
        label={words.federationFields.differentialPrivacyOfClientsEpsilon}
        note={clientEpsilonNote(form)}
        name="clientEpsilon"
        placeholder={words.federationFields.none}
        max={MAX_EPSILON}
      />
    </div>
  );
}

interface CountFieldProps extends FieldsProps {
  readonly label: string;
  readonly said: Said;
  readonly name: "rounds" | "localSteps" | "innerSteps" | "minClients" | "maxClients" | "deadlineMinutes";
  readonly max: number;
}

function CountField({ form, onChange, label, said, name, max }: CountFieldProps) {
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

function OptionalField({ form, onChange, label, note, name, placeholder, max }: OptionalFieldProps) {
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

type Said = { readonly description: string } | { readonly error: string };

/** What a choice does as its description, why it cannot be had as its error. */
const said = ({ text, runs }: ChoiceNote): Said => (runs ? { description: text } : { error: text });

const MAX_EPSILON = 100;
