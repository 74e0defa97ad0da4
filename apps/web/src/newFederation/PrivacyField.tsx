import { NativeSelect } from "@mantine/core";
import { Panel } from "../ui/Panel.tsx";
import { Term } from "../ui/Term.tsx";
import { aggregationNote, statisticsNote } from "./choiceNotes.ts";
import { chosenStatistics, statisticsChoices } from "./formChoices.ts";
import { type FieldsProps, said } from "./formFields.tsx";
import { PrivacyChoice } from "./PrivacyChoice.tsx";
import { privacyLevel } from "./privacyLevel.ts";
import { words } from "./words.ts";

/** What the coordinator may see; or why the chosen method needs to be seen. */
export function PrivacyField({ form, onChange }: FieldsProps) {
  const { text, runs } = aggregationNote(form);
  return (
    <>
      <PrivacyChoice form={form} onChange={onChange} />
      <p className={runs ? "muted small" : "small wrong"} role="status">
        {text}
      </p>
      <p className="muted small">{words.privacyChoice.terms(<Term term="secure sum" />, <Term term="epsilon" />)}</p>
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
