import { Checkbox } from "@mantine/core";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";

/** Nothing where the browser cannot keep the device awake. */
export function KeepAwake() {
  const { wakeLock } = useServices();
  const isWanted = useStore(wakeLock.isWanted);
  if (isWanted === null) return null;
  return (
    <Checkbox
      mt="sm"
      size="xs"
      label="Keep this device awake while training"
      checked={isWanted}
      onChange={({ currentTarget }) => wakeLock.want(currentTarget.checked)}
    />
  );
}
