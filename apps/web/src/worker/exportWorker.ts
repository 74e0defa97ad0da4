/** The export worker's entry. It lives for one export: neither training nor the page waits for it, and its memory goes with it. */
import { adapterExport, type ExportedAdapter } from "@duet/lora-core/federation/adapterExport";
import { clientAdapter, federationAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { expose } from "comlink";
import type { AdapterExporter, ExportRequest } from "./adapterExporter.ts";
import { baseBlobs } from "./baseBlobs.ts";
import { keepErrorCodes } from "./errorTransfer.ts";
import { archiveOf, writtenFiles } from "./writtenFiles.ts";

keepErrorCodes();
expose({
  files: async (request, onShare) => writtenFiles(await filesOf(request), onShare),
  archive: async (request, onShare) => archiveOf(await filesOf(request), onShare),
} satisfies AdapterExporter);

function filesOf(request: ExportRequest) {
  const { format, config, baseUrl, hub } = request;
  return adapterExport(format, exportedOf(request), config, baseBlobs(config.model, { baseUrl, hub }));
}

function exportedOf({ source, config }: ExportRequest): ExportedAdapter {
  const base = federationBase(config.model);
  if (source.from === "coordinator") {
    const { round, tensors } = source;
    return { kind: "shared", round, fusion: null, figures: null, adapter: federationAdapter(tensors, config.adapter, base) };
  }
  const { kind, adapters } = source;
  const { round, figures, fusion } = adapters;
  const adapter = clientAdapter(kind, adapters, config.adapter, base);
  return { kind, round, figures, fusion: kind === "fused" ? fusion : null, adapter };
}
