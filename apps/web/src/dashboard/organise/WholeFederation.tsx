import { deleteFederation, exportFederation } from "@duet/client/wholeFederation";
import { Button, Group } from "@mantine/core";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useGo } from "../../hooks/useGo.ts";
import { useTask } from "../../hooks/useTask.ts";
import { saveFile } from "../../lib/saveFile.ts";
import { ConfirmButton } from "../../ui/ConfirmButton.tsx";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { words } from "./words.ts";

export interface WholeFederationProps {
  readonly federationId: string;
  readonly organiserKey: string;
}

/** What its organiser does with a federation that is over: take along what the coordinator has of it, and delete it there. */
export function WholeFederation({ federationId, organiserKey }: WholeFederationProps) {
  const { coordinator, storage } = useServices();
  const go = useGo();
  const [exporting, startExport] = useTask();
  const [deleting, startDeletion] = useTask();
  const takeAlong = () =>
    startExport(async () => {
      const content = await exportFederation(coordinator.baseUrl, federationId, organiserKey);
      saveFile({ fileName: `federation-${federationId}.tar`, content });
    });
  const deleteIt = () =>
    startDeletion(async () => {
      await deleteFederation(coordinator.baseUrl, federationId, organiserKey);
      storage.forgetOrganiser(federationId);
      go("/");
    });
  return (
    <>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={exporting.kind === "busy"} onClick={takeAlong}>
          {words.wholeFederation.download}
        </Button>
        <ConfirmButton
          label={words.wholeFederation.delete}
          warning={words.wholeFederation.deleteWarning}
          disabled={deleting.kind === "busy"}
          onConfirm={deleteIt}
        />
      </Group>
      {exporting.kind === "failed" && <FailureAlert failure={exporting.failure} />}
      {deleting.kind === "failed" && <FailureAlert failure={deleting.failure} />}
    </>
  );
}
