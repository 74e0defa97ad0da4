import type { MemorySettings } from "@duet/client/memoryAdvice";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useDeviceLimits } from "../hooks/useDeviceLimits.ts";
import { type MemoryPlace, memoryView } from "./memoryView.ts";
import { words } from "./words.ts";

export interface MemoryNoteProps {
  readonly settings: MemorySettings;
  readonly place: MemoryPlace;
}

/** How much of this device's memory a federation takes, before anything is loaded. Nothing while the device is not known. */
export function MemoryNote({ settings, place }: MemoryNoteProps) {
  const limits = useDeviceLimits();
  if (!limits) return null;
  const { text, isWarning } = memoryView(settings, limits, place);
  return isWarning ? (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={words.memoryNote.title} mt="sm" role="status">
      {text}
    </Alert>
  ) : (
    <p className="muted small" style={{ margin: "8px 0 0" }}>
      {text}
    </p>
  );
}
