import type { MethodProposal } from "@duet/lora-core/federation/methodProposal";
import { say } from "@duet/lora-core/sayings/saying";
import { Button } from "@mantine/core";
import { nameById, presetName } from "../lib/methods/methodText.ts";
import { words as methods } from "../lib/methods/words.ts";
import { words } from "./words.ts";

export interface MethodEvidenceProps {
  readonly proposal: MethodProposal;
  /** Left out where nobody here can do as proposed. */
  readonly take?: (choices: NonNullable<MethodProposal["choices"]>) => void;
  /** Of the button that takes it. */
  readonly label: string;
}

/** What is proposed and what it rests on, or why nothing is. */
export function MethodEvidence({ proposal: { choices, evidence }, take, label }: MethodEvidenceProps) {
  return (
    <>
      {choices && (
        <p style={{ margin: "10px 0 0" }} role="status">
          {words.methodEvidence.proposed(nameById(choices.method ?? ""), presetName(choices.preset ?? ""), choices.labelVectors)}
        </p>
      )}
      {evidence.map((saying) => (
        <p key={saying[0]} className="muted small" style={{ margin: "6px 0 0" }}>
          {say(methods.evidence, saying)}
        </p>
      ))}
      {choices && take && (
        <Button size="xs" variant="default" mt="sm" onClick={() => take(choices)}>
          {label}
        </Button>
      )}
    </>
  );
}
