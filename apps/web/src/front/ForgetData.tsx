import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import type { ForgettablePart } from "../services/appServices.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { forgottenWords, PARTS } from "./forgetView.ts";

export interface ForgetDataProps {
  readonly federationId: string;
  readonly name: string;
  /** Gets what was forgotten, in words. */
  readonly onForgotten: (words: string) => void;
}

const ALL = PARTS.map(({ part }) => part);

/** Asks what this browser is to forget of a federation, saying what is lost with each. */
export function ForgetData({ federationId, name, onForgotten }: ForgetDataProps) {
  const services = useServices();
  const [isAsking, setAsking] = useState(false);
  const [chosen, setChosen] = useState<readonly ForgettablePart[]>(ALL);
  const [forgetting, forget] = useTask();
  const start = () =>
    forget(async () => {
      const forgotten = await services.forget(federationId, chosen);
      setAsking(false);
      onForgotten(forgottenWords(name, forgotten));
    });
  return (
    <>
      <Button size="xs" variant="default" aria-label={`Forget my data of ${name}`} onClick={() => setAsking(true)}>
        Forget my data…
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={`Forget my data of ${name}?`}>
        <p style={{ marginTop: 0 }}>It is deleted from this browser and cannot be brought back. Choose what:</p>
        {PARTS.map(({ part, label, lost }) => (
          <Checkbox
            key={part}
            my="sm"
            label={label}
            description={lost}
            checked={chosen.includes(part)}
            onChange={(event) =>
              setChosen(event.currentTarget.checked ? [...chosen, part] : chosen.filter((other) => other !== part))
            }
          />
        ))}
        <Group justify="flex-end" gap="sm" mt="md">
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep everything
          </Button>
          <Button
            color="var(--alert)"
            variant="outline"
            disabled={chosen.length === 0}
            loading={forgetting.kind === "busy"}
            onClick={start}
          >
            Forget these
          </Button>
        </Group>
        {forgetting.kind === "failed" && <FailureAlert failure={forgetting.failure} />}
      </Modal>
    </>
  );
}
