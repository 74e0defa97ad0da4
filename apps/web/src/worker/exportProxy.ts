/** Starts the export worker for one export, and ends it. */
import { workerError } from "@duet/lora-core/errors/workerError";
import { proxy, wrap } from "comlink";
import type { AdapterExporter, ExportRequest, WrittenFile } from "./adapterExporter.ts";
import { keepErrorCodes } from "./errorTransfer.ts";

keepErrorCodes();

/** @throws {DuetError} WORKER_DIED where it dies, or as {@link AdapterExporter}. */
export const writtenArchive = (request: ExportRequest, onShare: (share: number) => void): Promise<Blob> =>
  once((exporter) => exporter.archive(request, proxy(onShare)));

/** @throws as above. */
export const writtenFiles = (request: ExportRequest, onShare: (share: number) => void): Promise<readonly WrittenFile[]> =>
  once((exporter) => exporter.files(request, proxy(onShare)));

async function once<T>(call: (exporter: AdapterExporter) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL("./exportWorker.ts", import.meta.url), { type: "module", name: "duet-export" });
  const death = new Promise<never>((_, reject) => {
    worker.onerror = (event) =>
      reject(workerError("WORKER_DIED", event.message ? ["exportStopped", event.message] : ["exportNotStarted"]));
  });
  try {
    return await Promise.race([death, call(wrap<AdapterExporter>(worker))]);
  } finally {
    worker.terminate();
  }
}
