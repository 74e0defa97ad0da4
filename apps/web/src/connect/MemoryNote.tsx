import type { MemorySettings } from "@duet/client/memoryAdvice";
import type { DeviceLimits } from "@duet/lora-core/architectures/deviceLimits";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { memoryView } from "./memoryView.ts";

export interface MemoryNoteProps {
  readonly settings: MemorySettings;
  /** What could be chosen in their place for small devices; null where that is chosen, or not to be chosen here. */
  readonly smaller: MemorySettings | null;
}

/** How much of this device's memory a federation takes, before anything is loaded. Nothing while the device is not known. */
export function MemoryNote({ settings, smaller }: MemoryNoteProps) {
  const services = useServices();
  const [limits, setLimits] = useState<DeviceLimits | null>(null);
  useEffect(() => {
    let isShown = true;
    services.deviceLimits().then(
      (found) => isShown && setLimits(found),
      // A device that cannot be asked gets no note; loading will tell.
      () => {},
    );
    return () => {
      isShown = false;
    };
  }, [services]);
  if (!limits) return null;
  const { text, isWarning } = memoryView(settings, limits, smaller);
  return isWarning ? (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title="This may not fit this device" mt="sm" role="status">
      {text}
    </Alert>
  ) : (
    <p className="muted small" style={{ margin: "8px 0 0" }}>
      {text}
    </p>
  );
}
