import { MAX_CONTACT_LENGTH } from "@duet/lora-core/protocol/limits";
import { type Joining, joining as joiningSchema, type Listing } from "@duet/lora-core/protocol/organiserView";
import { Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

const WORDS: Readonly<Record<Joining, { readonly label: string; readonly note: string }>> = {
  open: { label: "Open", note: "Whoever has the invite link joins." },
  approval: { label: "Ask me", note: "Whoever has the invite link asks; you let each one in, or not." },
  closed: { label: "Closed", note: "Nobody new joins. Who is in can come back." },
};

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
        aria-label="Who may join"
        value={joining}
        onChange={(value) => onJoining(joiningSchema.parse(value))}
        data={joiningSchema.options.map((value) => ({ value, label: WORDS[value].label }))}
      />
      <p className="muted small">{WORDS[joining].note}</p>
      <Checkbox
        label="List it on the front page"
        description="Name, phase, round and number of clients, for everyone who reaches this coordinator. Watching still needs the link."
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
      label="How to ask for an invitation"
      description="Shown beside the name; may be empty."
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
