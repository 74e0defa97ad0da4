import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import type { ForgettablePart } from "../services/forgetting.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { ForgetDataProps } from "./forgetDataProps.ts";
import { forgottenWords, PARTS } from "./forgetView.ts";
import { words } from "./past/words.ts";

/** Asks what this browser is to forget of a federation, saying what is lost with each. */
export function ForgetDialog({ federationId, name, onForgotten, onClose }: ForgetDataProps & { readonly onClose: () => void }) {
  const services = useServices();
  const [chosen, setChosen] = useState<readonly ForgettablePart[]>(PARTS);
  const [forgetting, forget] = useTask();
  const start = () =>
    forget(async () => {
      const forgotten = await services.forget(federationId, chosen);
      onClose();
      onForgotten(forgottenWords(name, forgotten));
    });
  return (
    <Modal opened onClose={onClose} title={words.forgetDialog.title(name)}>
      <p style={{ marginTop: 0 }}>{words.forgetDialog.lead}</p>
      {PARTS.map((part) => (
        <Checkbox
          key={part}
          my="sm"
          label={words.forgetView.parts[part].label}
          description={words.forgetView.parts[part].lost}
          checked={chosen.includes(part)}
          onChange={(event) =>
            setChosen(event.currentTarget.checked ? [...chosen, part] : chosen.filter((other) => other !== part))
          }
        />
      ))}
      <Group justify="flex-end" gap="sm" mt="md">
        <Button variant="default" onClick={onClose}>
          {words.forgetDialog.keepEverything}
        </Button>
        <Button
          color="var(--alert)"
          variant="outline"
          disabled={chosen.length === 0}
          loading={forgetting.kind === "busy"}
          onClick={start}
        >
          {words.forgetDialog.forgetThese}
        </Button>
      </Group>
      {forgetting.kind === "failed" && <FailureAlert failure={forgetting.failure} />}
    </Modal>
  );
}
