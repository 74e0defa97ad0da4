import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useStore } from "../hooks/useStore.ts";
import { useTask } from "../hooks/useTask.ts";
import { servesAnotherPage } from "../lib/servedPage.ts";
import { words } from "./words.ts";

/** In place of a part of the page whose code did not come: because the coordinator serves another version by now, or is away. */
export function MissingPart() {
  const { isOtherVersion, session, team } = useServices();
  const isOther = useStore(isOtherVersion);
  const own = [useStore(session), useStore(team)];
  const holdsNothing = own.every((one) => one === null);
  const [again, tryAgain] = useTask();
  // Only a tab that is no client loses nothing by it.
  useEffect(() => {
    if (isOther && holdsNothing) location.reload();
  }, [isOther, holdsNothing]);
  const reload = async () => {
    // A browser that reloads what cannot be had has nothing left to show.
    await servesAnotherPage();
    location.reload();
  };
  return (
    <Alert color="gray" variant="outline" icon={<IconAlertTriangle />} title={words.missingPart.title} role="alert">
      {/* Of another version the page says more above. */}
      {!isOther && (
        <>
          {words.missingPart[again.kind === "failed" ? "stillAway" : "away"]}
          <Button
            display="block"
            mt="xs"
            size="xs"
            variant="default"
            loading={again.kind === "busy"}
            onClick={() => tryAgain(reload)}
          >
            {words.missingPart.tryAgain}
          </Button>
        </>
      )}
    </Alert>
  );
}
