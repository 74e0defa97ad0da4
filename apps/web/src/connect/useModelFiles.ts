import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { useEffect, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { type TaskState, useTask } from "../hooks/useTask.ts";

export interface NeededModelFiles {
  /** Files of the base that this device does not have yet; null while that is being found out. */
  readonly missing: readonly ModelFile[] | null;
  readonly checking: TaskState;
  readonly progress: DownloadProgress | null;
  take(files: readonly File[]): void;
}

/** The files of a base model that every participant picks; nothing is missing of one that is downloaded. */
export function useModelFiles(model: BaseModel): NeededModelFiles {
  const services = useServices();
  const isPicked = model.source.kind === "files";
  const [missing, setMissing] = useState<readonly ModelFile[] | null>(isPicked ? null : []);
  const [progress, setProgress] = useState<DownloadProgress | null>(null);
  const [checking, check] = useTask();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a federation's base never changes; `check` changes with every render.
  useEffect(() => {
    if (isPicked) check(async () => setMissing(await services.engine().missingModelFiles(model)));
  }, [services, isPicked]);

  return {
    missing,
    checking,
    progress: checking.kind === "busy" ? progress : null,
    take(files) {
      setProgress(null);
      check(async () => setMissing(await services.engine().provideModelFiles(model, files, setProgress)));
    },
  };
}
