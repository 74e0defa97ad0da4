import type { FailureText } from "@duet/lora-core/errors/duetError";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

/** What happened and what to do next. */
export function FailureAlert({ failure }: { readonly failure: FailureText }) {
  return (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={failure.sentence} role="alert">
      {failure.nextStep}
    </Alert>
  );
}
