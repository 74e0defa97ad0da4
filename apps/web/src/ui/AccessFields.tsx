import { MAX_CONTACT_LENGTH } from "@duet/lora-core/protocol/limits";
import { type Joining, joining as joiningSchema, type Listing } from "@duet/lora-core/protocol/organiserView";
import { Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { words } from "./words.ts";

export interface AccessFieldsProps {
  readonly joining: Joining;
  readonly listing: Listing;
  readonly onJoining: (joining: Joining) => void;
  readonly onListing: (listing: Listing) => void;
}

/** Who may join, and whether the front page lists the federation. */
export function AccessFields({ joining, listing, onJoining, onListing }: AccessFieldsProps) {
  return (
    <div className="access">
      <SegmentedControl
        aria-label={words.accessFields.whoMayJoin}
        value={joining}
        onChange={(value) => onJoining(joiningSchema.parse(value))}
        data={joiningSchema.options.map((value) => ({ value, label: words.accessFields.joining[value].label }))}
      />
      <p className="muted small">{words.accessFields.joining[joining].note}</p>
      <Checkbox
        label={words.accessFields.list}
        description={words.accessFields.listNote}
        checked={listing !== null}
        onChange={(event) => onListing(event.currentTarget.checked ? { contact: "" } : null)}
      />
      {listing && <Contact contact={listing.contact} onChange={(contact) => onListing({ contact })} />}
    </div>
  );
}

/** Told when it is left, not with every letter. */
function Contact({ contact, onChange }: { readonly contact: string; readonly onChange: (contact: string) => void }) {
  const [text, setText] = useState(contact);
  useEffect(() => setText(contact), [contact]);
  return (
    <TextInput
      label={words.accessFields.contact}
      description={words.accessFields.contactNote}
      value={text}
      maxLength={MAX_CONTACT_LENGTH}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text !== contact) onChange(text);
      }}
      mt="xs"
    />
  );
}
