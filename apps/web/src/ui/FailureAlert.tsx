import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { FailureText } from "../services/failures.ts";

/** What happened and what to do next. */
export function FailureAlert({ failure }: { readonly failure: FailureText }) {
  return (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={failure.sentence} role="alert">
      {failure.nextStep}
    </Alert>
  );
}
