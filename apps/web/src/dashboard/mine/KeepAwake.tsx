import { Checkbox } from "@mantine/core";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useStore } from "../../hooks/useStore.ts";
import { words } from "./words.ts";

/** Nothing where the browser cannot keep the device awake. */
export function KeepAwake() {
  const { wakeLock } = useServices();
  const isWanted = useStore(wakeLock.isWanted);
  if (isWanted === null) return null;
  return (
    <Checkbox
      mt="sm"
      size="xs"
      label={words.keepAwake.keepThisDeviceAwakeWhile}
      checked={isWanted}
      onChange={({ currentTarget }) => wakeLock.want(currentTarget.checked)}
    />
  );
}
