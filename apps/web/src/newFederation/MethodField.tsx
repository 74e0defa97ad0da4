import { NativeSelect } from "@mantine/core";
import { ChoiceCards } from "../ui/ChoiceCards.tsx";
import { Panel } from "../ui/Panel.tsx";
import { methodNote } from "./choiceNotes.ts";
import { type FieldsProps, said } from "./formFields.tsx";
import { type MethodGroup, type MethodGroupId, methodGroups } from "./methodGroups.ts";
import { ProposedMethod } from "./ProposedMethod.tsx";
import { words } from "./words.ts";

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
        value={group?.id ?? "own"}
        choices={groups.map(choiceOf)}
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

function choiceOf({ id, isProposed }: MethodGroup) {
  const { title, text } = words.methodGroups[id];
  return { value: id, title, text: isProposed ? words.methodIsProposed(text) : text };
}
