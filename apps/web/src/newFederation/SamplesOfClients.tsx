import { Button, FileButton } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { formatFraction } from "../lib/format.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { ClientSample, SampleLikeness } from "./sampleLikeness.ts";
import { words } from "./words.ts";

export interface SamplesOfClientsProps {
  /** Those read last. */
  readonly samples: readonly ClientSample[];
  /** What they tell. */
  readonly found: SampleLikeness;
  /** None when reading begins, so that nothing is said of files of before. */
  readonly onSamples: (samples: readonly ClientSample[]) => void;
}

/** Reads a file of each client, in this tab alone, and says how alike their labels are. */
export function SamplesOfClients({ samples, found, onSamples }: SamplesOfClientsProps) {
  const services = useServices();
  const [nameless, setNameless] = useState<readonly string[]>([]);
  const [reading, read] = useTask();

  const open = (files: readonly File[]) => {
    if (files.length === 0) return;
    onSamples([]);
    setNameless([]);
    read(async () => {
      const counted: ClientSample[] = [];
      const without: string[] = [];
      // One file at a time, since the worker holds it whole.
      for (const file of files) {
        const labels = await services.engine().labelsOfFile(file, file.name);
        if (labels === null) without.push(file.name);
        else counted.push(labels);
      }
      setNameless(without);
      onSamples(counted);
    });
  };
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
        {samples.length === 0 ? words.samplesOfClients.note : resultText(samples.length, found)}
        {nameless.length > 0 && ` ${words.samplesOfClients.noAnswers(nameless.join(", "))}`}
      </p>
      {reading.kind === "failed" && <FailureAlert failure={reading.failure} />}
    </>
  );
}

function resultText(clients: number, found: SampleLikeness): string {
  if (found.kind !== "told") return words.samplesOfClients[found.kind](clients, found.rows);
  return words.samplesOfClients.found(clients, found.rows, formatFraction(found.unlikeness), found.likeness);
}
