/** What the page may ask of the export worker: an adapter's files in a format, as plain data. */
import type { KeptAdapters } from "@duet/client/keptAdapters";
import type { AdapterFormat } from "@duet/lora-core/federation/adapterExport";
import type { ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";

export interface ExportRequest {
  readonly format: AdapterFormat;
  readonly config: FederationConfig;
  readonly source:
    | { readonly from: "client"; readonly kind: ClientAdapterKind; readonly adapters: KeptAdapters }
    /** The shared adapter after a round. */
    | { readonly from: "coordinator"; readonly round: number; readonly tensors: NamedTensors };
  /** Where the base's files are, if not in this browser. */
  readonly baseUrl: string;
  readonly hub: string;
}

/** The content lies where the browser keeps Blobs. */
export interface WrittenFile {
  readonly name: string;
  readonly content: Blob;
}

/** `onShare` gets the share of the bytes that is written. */
export interface AdapterExporter {
  /** @throws {DuetError} where the base cannot be written so, or its files cannot be had. */
  files(request: ExportRequest, onShare: (share: number) => void): Promise<readonly WrittenFile[]>;
  /** All of them as one .zip. @throws as above. */
  archive(request: ExportRequest, onShare: (share: number) => void): Promise<Blob>;
}
