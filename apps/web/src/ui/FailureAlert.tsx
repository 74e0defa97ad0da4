import type { FailureText } from "@duet/lora-core/errors/duetError";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { words } from "../lib/words.ts";

/** What happened and what to do next. */
export function FailureAlert({ failure }: { readonly failure: FailureText }) {
  const { title, text, original } = words.failure(failure);
  return (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={title} role="alert">
      {text}
      {original !== null && (
        <span className="muted small block" lang="en">
          {original}
        </span>
      )}
    </Alert>
  );
}
