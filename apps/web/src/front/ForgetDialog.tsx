import { isTakingPart } from "@duet/client/sessionState";
import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { type ForgettablePart, PARTS } from "../services/forgetting.ts";
import type { TabSession } from "../services/tabSessions.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { ForgetDataProps } from "./forgetDataProps.ts";
import { forgottenWords } from "./forgetView.ts";
import { words } from "./past/words.ts";

const takesPartIn = (federationId: string, session: TabSession | null): boolean =>
  session?.federationId === federationId && isTakingPart(session.get());

/** Asks what this browser is to forget of a federation, saying what is lost with each. */
export function ForgetDialog({ federationId, name, onForgotten, onClose }: ForgetDataProps & { readonly onClose: () => void }) {
  const services = useServices();
  // As it was when it was asked.
  const [takesPart] = useState(() => takesPartIn(federationId, services.session.get()));
  const [wanted, setWanted] = useState<readonly ForgettablePart[]>(PARTS);
  const chosen = takesPart ? PARTS : wanted;
  const [forgetting, forget] = useTask();
  const start = () =>
    forget(async () => {
      const forgotten = await services.forget(federationId, chosen);
      onClose();
      onForgotten(forgottenWords(name, forgotten));
    });
  return (
    <Modal opened onClose={onClose} title={words.forgetDialog.title(name)}>
      {takesPart && (
        <p style={{ marginTop: 0 }}>
          <strong>{words.forgetDialog.leaves}</strong>
        </p>
      )}
      <p style={{ marginTop: 0 }}>{takesPart ? words.forgetDialog.leadOfAll : words.forgetDialog.lead}</p>
      {PARTS.map((part) => (
        <Checkbox
          key={part}
          my="sm"
          label={words.forgetView.parts[part].label}
          description={words.forgetView.parts[part].lost}
          checked={chosen.includes(part)}
          disabled={takesPart}
          onChange={(event) =>
            setWanted(event.currentTarget.checked ? [...wanted, part] : wanted.filter((other) => other !== part))
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
          {takesPart ? words.forgetDialog.leaveAndForget : words.forgetDialog.forgetThese}
        </Button>
      </Group>
      {forgetting.kind === "failed" && <FailureAlert failure={forgetting.failure} />}
    </Modal>
  );
}
