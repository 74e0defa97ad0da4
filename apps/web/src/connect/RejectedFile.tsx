import type { DataSaying } from "@duet/lora-core/data/dataSentences";
import { say } from "@duet/lora-core/sayings/saying";
import { Button } from "@mantine/core";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { saveFile } from "../lib/saveFile.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { words } from "./words.ts";

/**
 * The lines that are not used as a file that says what is to be mended in the one that was connected. It takes no place of it: an apostrophe stands
 * before cells that a spreadsheet would take for formulas. It is made in this tab, by its worker.
 */
export function RejectedFile({ fileName }: { readonly fileName: string }) {
  const services = useServices();
  const [saving, save] = useTask();
  const press = () =>
    save(async () => {
      const inWords = (reasons: readonly DataSaying[]) => reasons.map((reason) => say(words.data, reason));
      const content = await services.engine().rejectedRows(words.rejectedFile.columns, inWords);
      saveFile({ fileName: words.rejectedFile.name(fileName.replace(/\.[^.]*$/, "")), content });
    });
  return (
    <>
      <Button size="xs" variant="default" mt="sm" loading={saving.kind === "busy"} onClick={press}>
        {words.rejectedFile.download}
      </Button>
      {saving.kind === "failed" && <FailureAlert failure={saving.failure} />}
    </>
  );
}
