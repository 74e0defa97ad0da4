import { MAX_CLIENTS, MAX_ROUNDS } from "@duet/lora-core/protocol/limits";
import { Term } from "../ui/Term.tsx";
import { minClientsNote } from "./choiceNotes.ts";
import { CountField, type FieldsProps, said } from "./formFields.tsx";
import { words } from "./words.ts";

/** How long, and with how many. */
export function SizeFields({ form, onChange }: FieldsProps) {
  const fields = { form, onChange };
  return (
    <div className="fields">
      <CountField
        {...fields}
        label={words.federationFields.rounds}
        said={{ description: words.federationFields.roundsNote(<Term term="round" />) }}
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
