import type { FailureText } from "@duet/lora-core/errors/duetError";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { words } from "../lib/words.ts";
import { OtherVersion } from "./OtherVersion.tsx";

export interface FailureAlertProps {
  readonly failure: FailureText;
  /** The button for what to do next. */
  readonly children?: ReactNode;
}

/** What happened and what to do next; where the page has been replaced by another version, that may be all there is to it. */
export function FailureAlert({ failure, children }: FailureAlertProps) {
  const { title, text, original } = words.failure(failure);
  const isOther = useStore(useServices().isOtherVersion);
  return (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={title} role="alert">
      {text}
      {original !== null && (
        <span className="muted small block" lang="en">
          {original}
        </span>
      )}
      {children && <div>{children}</div>}
      {isOther && (
        <div>
          <OtherVersion />
        </div>
      )}
    </Alert>
  );
}
