import { Button } from "@mantine/core";
import { IconBell, IconBellOff, IconBellRinging } from "@tabler/icons-react";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useStore } from "../../hooks/useStore.ts";
import { useTask } from "../../hooks/useTask.ts";
import { words } from "./words.ts";

/** Lets the browser call while this tab is hidden: when a round waits for it, and at the end. Nothing where the browser cannot. */
export function NotifyMe() {
  const { notices } = useServices();
  const state = useStore(notices.state);
  const [, start] = useTask();
  if (state === "none") return null;
  if (state === "blocked") {
    return (
      <span>
        <IconBellOff size={14} aria-hidden="true" /> {words.notifyMe.blocked}
      </span>
    );
  }
  const isOn = state === "on";
  return (
    <Button
      size="xs"
      variant="default"
      aria-pressed={isOn}
      title={words.notifyMe.when}
      leftSection={isOn ? <IconBellRinging size={14} /> : <IconBell size={14} />}
      onClick={() => start(() => notices.want(!isOn))}
    >
      {words.notifyMe.notifyMe}
    </Button>
  );
}
