import { useState } from "react";
import { saveFile } from "../lib/saveFile.ts";
import { type Export, exportArchive } from "../services/adapterExport.ts";
import { useServices } from "./ServicesContext.tsx";
import { type TaskState, useTask } from "./useTask.ts";

/** Writes an adapter's files and gives them as a download: how it stands, the share that is written, and how it is started. */
export function useAdapterExport(): {
  readonly state: TaskState;
  readonly share: number;
  readonly save: (wanted: () => Promise<Export & { readonly fileName: string }>) => void;
} {
  const { coordinator } = useServices();
  const [state, start] = useTask();
  const [share, setShare] = useState(0);
  const save = (wanted: () => Promise<Export & { readonly fileName: string }>) =>
    start(async () => {
      setShare(0);
      const { fileName, ...rest } = await wanted();
      saveFile({ fileName, content: await exportArchive(coordinator, rest, setShare) });
    });
  return { state, share, save };
}
