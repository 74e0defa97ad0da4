import type { LabelCount } from "@duet/lora-core/data/labelCount";
import type { Likeness } from "@duet/lora-core/federation/methodProposal";
import { Button, FileButton } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { formatFraction } from "../lib/format.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { labelsOf, sampleLikeness } from "./sampleLikeness.ts";
import { words } from "./words.ts";

export interface SamplesOfClientsProps {
  /** Of the form; where there are none yet, those of the files become its labels. */
  readonly labels: readonly string[];
  readonly onLabels: (labels: readonly string[]) => void;
  readonly onLikeness: (likeness: Likeness | null) => void;
}

/** Reads a file of each client, in this tab alone, and says how alike their labels are. */
export function SamplesOfClients({ labels, onLabels, onLikeness }: SamplesOfClientsProps) {
  const services = useServices();
  const [clients, setClients] = useState<readonly (readonly LabelCount[])[]>([]);
  const [nameless, setNameless] = useState<readonly string[]>([]);
  const [reading, read] = useTask();
  const known = labels.length > 0 ? labels : labelsOf(clients);
  const found = sampleLikeness(clients, known);

  const open = (files: readonly File[]) =>
    read(async () => {
      const counted: (readonly LabelCount[])[] = [];
      const without: string[] = [];
      // One table at a time stands in the worker.
      for (const file of files) {
        const { guess } = await services.engine().readTable(file, file.name);
        if (guess.answer === null) without.push(file.name);
        else counted.push(await services.engine().labels(guess.answer));
      }
      setClients(counted);
      setNameless(without);
      if (labels.length === 0) onLabels(labelsOf(counted));
      onLikeness(sampleLikeness(counted, labels.length > 0 ? labels : labelsOf(counted)).likeness);
    });
  return (
    <>
      <FileButton multiple onChange={open} inputProps={{ "aria-label": words.samplesOfClients.files }}>
        {(props) => (
          <Button {...props} size="xs" mt="sm" variant="default" loading={reading.kind === "busy"}>
            {words.samplesOfClients.connect}
          </Button>
        )}
      </FileButton>
      <p className="muted small" style={{ margin: "6px 0 0" }} role="status">
        {clients.length === 0 ? words.samplesOfClients.note : resultText(clients.length, found)}
        {nameless.length > 0 && ` ${words.samplesOfClients.noAnswers(nameless.join(", "))}`}
      </p>
      {reading.kind === "failed" && <FailureAlert failure={reading.failure} />}
    </>
  );
}

function resultText(clients: number, { rows, unlikeness, likeness }: ReturnType<typeof sampleLikeness>): string {
  if (clients < 2) return words.samplesOfClients.onlyOne;
  if (unlikeness === null || likeness === null) return words.samplesOfClients.tooFew(clients, rows);
  return words.samplesOfClients.found(clients, rows, formatFraction(unlikeness), likeness);
}
