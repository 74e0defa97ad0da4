import { type Likeness, methodProposal } from "@duet/lora-core/federation/methodProposal";
import { NativeSelect } from "@mantine/core";
import { useRef, useState } from "react";
import { MethodEvidence } from "../ui/MethodEvidence.tsx";
import { Panel } from "../ui/Panel.tsx";
import { type FederationForm, parseLabels } from "./federationForm.ts";
import { proposedChange } from "./proposedChange.ts";
import { SamplesOfClients } from "./SamplesOfClients.tsx";
import { type ClientSample, labelsOfSamples, sampleLikeness } from "./sampleLikeness.ts";
import { words } from "./words.ts";

export interface ProposedMethodProps {
  readonly form: FederationForm;
  readonly onChange: (change: Partial<FederationForm>) => void;
}

/** What whoever creates a federation can say of its clients. */
const LIKENESSES = ["alike", "between", "unlike"] as const satisfies readonly Likeness[];

/** A method and its settings for clients that are as alike as is said, with what that rests on. Nothing is changed before it is taken. */
export function ProposedMethod({ form, onChange }: ProposedMethodProps) {
  const [answer, setAnswer] = useState<Likeness | "asFiles" | null>(null);
  const [samples, setSamples] = useState<readonly ClientSample[]>([]);
  const newest = useRef(form);
  newest.current = form;
  const labels = form.kind === "label" ? parseLabels(form.labels) : [];
  const found = sampleLikeness(samples, labels.length > 0 ? labels : labelsOfSamples(samples));
  const likeness = answer === "asFiles" ? found.likeness : answer;
  const isUntyped = form.kind === "label" && labels.length === 0;
  const proposal = likeness && !isUntyped ? methodProposal(likeness, labels.length) : null;
  const change = proposal?.choices ? proposedChange(form, proposal.choices) : null;
  const keep = (read: readonly ClientSample[]) => {
    setSamples(read);
    if (read.length === 0) return;
    setAnswer("asFiles");
    // Not over those that were typed while files were read.
    if (parseLabels(newest.current.labels).length === 0) onChange({ labels: labelsOfSamples(read).join("\n") });
  };
  return (
    <Panel title={words.proposedMethod.whatIsProposed}>
      <NativeSelect
        label={words.proposedMethod.howAlike}
        description={words.proposedMethod.howAlikeNote}
        value={likeness ?? ""}
        data={[
          { value: "", label: words.proposedMethod.notKnown },
          ...LIKENESSES.map((value) => ({ value, label: words.proposedMethod[value] })),
        ]}
        onChange={(event) => setAnswer(LIKENESSES.find((known) => known === event.currentTarget.value) ?? null)}
      />
      {form.kind === "label" && <SamplesOfClients samples={samples} found={found} onSamples={keep} />}
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
