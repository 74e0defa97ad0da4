import type { MemorySettings } from "@duet/client/memoryAdvice";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import { Button, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { Panel } from "../ui/Panel.tsx";
import { MemoryNote } from "./MemoryNote.tsx";

/** The name by which others see whoever takes part. */
export interface NameField {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly error?: string | null;
  readonly onChange: (name: string) => void;
}

export interface ParticipantFormProps {
  /** Of the panel about oneself. */
  readonly title: string;
  readonly name: NameField;
  readonly settings: MemorySettings;
  /** What this device could do instead. */
  readonly smaller: MemorySettings;
  /** Data, and what is said of it. */
  readonly data: ReactNode;
  /** Below the name. */
  readonly proposal?: ReactNode;
  /** Above the button. */
  readonly check?: ReactNode;
  /** Below the panel. */
  readonly aside?: ReactNode;
  readonly submit: string;
  readonly isBusy?: boolean;
  /** The first thing without which nobody can go on; null when there is none. */
  readonly missing: string | null;
  /** What is good to know when nothing is missing. */
  readonly note: string;
  readonly onSubmit: () => void;
}

/** How somebody begins to take part: data at the left, and at the right who they are here and the button. */
export function ParticipantForm(props: ParticipantFormProps) {
  const { title, name, settings, smaller, data, proposal, check, aside, missing } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (missing === null) props.onSubmit();
  };
  return (
    <form onSubmit={submit} className="joining">
      <div className="column">{data}</div>
      <div className="column">
        <Panel title={title}>
          <TextInput
            label={name.label}
            description={name.hint}
            value={name.value}
            onChange={(event) => name.onChange(event.currentTarget.value)}
            error={name.error}
            maxLength={MAX_NAME_LENGTH}
            required
          />
          {proposal}
          <MemoryNote settings={settings} place={{ kind: "join", smaller }} />
          {check}
          <Button type="submit" size="md" mt="md" fullWidth disabled={missing !== null} loading={props.isBusy ?? false}>
            {props.submit}
          </Button>
          <p className="muted small" role="status">
            {missing ?? props.note}
          </p>
        </Panel>
        {aside}
      </div>
    </form>
  );
}
