import { type Likeness, methodProposal } from "@duet/lora-core/federation/methodProposal";
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { MethodEvidence } from "../ui/MethodEvidence.tsx";
import { Panel } from "../ui/Panel.tsx";
import { type FederationForm, parseLabels } from "./federationForm.ts";
import { proposedChange } from "./proposedChange.ts";
import { SamplesOfClients } from "./SamplesOfClients.tsx";
import { words } from "./words.ts";

export interface ProposedMethodProps {
  readonly form: FederationForm;
  readonly onChange: (change: Partial<FederationForm>) => void;
}

/** What whoever creates a federation can say of its clients. */
const LIKENESSES = ["alike", "unlike"] as const satisfies readonly Likeness[];

/** A method and its settings for clients that are as alike as is said, with what that rests on. Nothing is changed before it is taken. */
export function ProposedMethod({ form, onChange }: ProposedMethodProps) {
  const [likeness, setLikeness] = useState<Likeness | null>(null);
  const labels = form.kind === "label" ? parseLabels(form.labels) : [];
  const isUntyped = form.kind === "label" && labels.length === 0;
  const proposal = likeness && !isUntyped ? methodProposal(likeness, labels.length) : null;
  const change = proposal?.choices ? proposedChange(form, proposal.choices) : null;
  return (
    <Panel title={words.proposedMethod.whatIsProposed}>
      <NativeSelect
        label={words.proposedMethod.howAlike}
        description={words.proposedMethod.howAlikeNote}
        value={LIKENESSES.find((known) => known === likeness) ?? ""}
        data={[
          { value: "", label: words.proposedMethod.notKnown },
          ...LIKENESSES.map((value) => ({ value, label: words.proposedMethod[value] })),
        ]}
        onChange={(event) => setLikeness(LIKENESSES.find((known) => known === event.currentTarget.value) ?? null)}
      />
      {form.kind === "label" && (
        <SamplesOfClients labels={labels} onLabels={(found) => onChange({ labels: found.join("\n") })} onLikeness={setLikeness} />
      )}
      {proposal && (
        <MethodEvidence
          proposal={proposal}
          {...(change ? { take: () => onChange(change) } : {})}
          label={words.proposedMethod.takeIt}
        />
      )}
      {likeness && isUntyped && <Note>{words.proposedMethod.labelsFirst}</Note>}
      {change?.labelVectors === null && <Note>{words.proposedMethod.noVectors}</Note>}
    </Panel>
  );
}

function Note({ children }: { readonly children: string }) {
  return (
    <p className="muted small" style={{ margin: "6px 0 0" }} role="status">
      {children}
    </p>
  );
}
