import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { MAX_CLIENTS, MAX_LATE_ROUNDS } from "@duet/lora-core/protocol/limits";
import { NativeSelect } from "@mantine/core";
import {
  aloneNote,
  beforeAggregationNote,
  clientEpsilonNote,
  epsilonNote,
  labelVectorsNote,
  lateNote,
  ranksNote,
  robustnessNote,
  samplingNote,
  uploadNote,
  workNote,
} from "./choiceNotes.ts";
import { labelVectorsOf } from "./federationForm.ts";
import {
  aloneChoices,
  beforeAggregationChoices,
  chosenAlone,
  chosenBeforeAggregation,
  chosenDeadline,
  chosenLabelVectors,
  chosenRanks,
  chosenRobustness,
  chosenUpload,
  chosenWork,
  deadlineChoices,
  labelVectorChoices,
  nameOfAlone,
  nameOfBeforeAggregation,
  rankChoices,
  robustnessChoices,
  uploadChoices,
  workChoices,
} from "./formChoices.ts";
import { CountField, type FieldsProps, OptionalField, said } from "./formFields.tsx";
import { words } from "./words.ts";

const MAX_EPSILON = 100;

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
      <NativeSelect
        label={words.federationFields.learningAlone}
        {...said(aloneNote(form))}
        value={nameOfAlone(form)}
        data={aloneChoices()}
        onChange={(event) => onChange({ alone: chosenAlone(event.currentTarget.value) })}
      />
      <NativeSelect
        label={words.federationFields.whatAveragingDoes}
        {...said(beforeAggregationNote(form))}
        value={nameOfBeforeAggregation(form)}
        data={beforeAggregationChoices()}
        onChange={(event) => onChange({ beforeAggregation: chosenBeforeAggregation(event.currentTarget.value) })}
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
