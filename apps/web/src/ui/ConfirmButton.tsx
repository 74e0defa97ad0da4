import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { words } from "./words.ts";

export interface ConfirmButtonProps {
  /** What it does, on the button and in the dialog. */
  readonly label: string;
  /** With what it is done to, where several rows have the same label. */
  readonly name?: string;
  /** What is lost, and for whom; and what stays. */
  readonly warning: string;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
}

/** A button for what cannot be taken back: it asks first. */
export function ConfirmButton({ label, name = label, warning, disabled = false, onConfirm }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        disabled={disabled}
        aria-label={name === label ? undefined : `${name}…`}
        onClick={() => setAsking(true)}
      >
        {label}…
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={words.confirmButton.asking(name)}>
        <p style={{ marginTop: 0 }}>{warning}</p>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={() => setAsking(false)}>
            {words.confirmButton.keep}
          </Button>
          <Button
            color="var(--alert)"
            variant="outline"
            onClick={() => {
              setAsking(false);
              onConfirm();
            }}
          >
            {label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
