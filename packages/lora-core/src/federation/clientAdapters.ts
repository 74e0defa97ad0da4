/**
 * What a client learned, as files of PEFT, and such files as a place to start from. Pure: works on the blobs a tab keeps, without
 * a model or a backend.
 */
import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { type AdapterLayout, adapterLayout, initialAdapter } from "../adapters/adapterLayout.ts";
import { type PeftBase, type PeftFiles, PeftFormatError, readPeftAdapter, writePeftAdapter } from "../adapters/peftFormat.ts";
import { type FusionWeights, fuse } from "../fusion/adaFusion.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";

/** The adapters a client holds, as blobs in the federation's layout. */
export interface ClientAdapters {
  readonly personal: Uint8Array;
  readonly shared: Uint8Array;
  /** (w1, w2) that the fusing round found for these two; null before it. */
  readonly fusion: FusionWeights | null;
}

export type ClientAdapterKind = "personal" | "shared" | "fused";

/** Those that can be written: the fused one needs the weights of the fusing round. */
export function availableAdapters({ fusion }: Pick<ClientAdapters, "fusion">): readonly ClientAdapterKind[] {
  return fusion ? ["personal", "shared", "fused"] : ["personal", "shared"];
}

/** One of a client's adapters for the PEFT library. @throws {RangeError} when it is not there, or is not of this layout. */
export function exportClientAdapter(
  kind: ClientAdapterKind,
  adapters: ClientAdapters,
  config: AdapterConfig,
  base: PeftBase,
): PeftFiles {
  const tensors = tensorsOf(kind, adapters, adapterLayout(base.linears, config));
  return writePeftAdapter({ config, tensors }, base);
}

function tensorsOf(kind: ClientAdapterKind, { personal, shared, fusion }: ClientAdapters, layout: AdapterLayout): NamedTensors {
  switch (kind) {
    case "personal":
      return decodeAdapter(personal, layout);
    case "shared":
      return decodeAdapter(shared, layout);
    case "fused":
      if (!fusion) throw new RangeError("There is no fused adapter before the fusing round");
      return fuse(decodeAdapter(personal, layout), decodeAdapter(shared, layout), fusion);
    default:
      return kind satisfies never;
  }
}

/**
 * Reads an adapter that a federation with these settings can go on with, as a blob in its layout, bit for bit.
 * @throws {PeftFormatError} when the files cannot be read, or saying what differs from the federation's settings.
 */
export function readFittingAdapter(files: PeftFiles, base: PeftBase, config: AdapterConfig): Uint8Array {
  const adapter = readPeftAdapter(files, base);
  const layout = adapterLayout(base.linears, config);
  const differences = differencesOf(adapter.config, config);
  const missing = layout.filter(({ key }) => !adapter.tensors.has(key));
  if (missing.length > 0 || adapter.tensors.size !== layout.length) {
    const targets = (names: readonly string[]) => names.join(", ");
    differences.push(`it adapts ${targets(adapter.config.targetModules)}, the federation ${targets(config.targetModules)}`);
  }
  if (differences.length > 0) throw new PeftFormatError(differences.join("; "));
  return encodeAdapter(adapter.tensors, layout);
}

function differencesOf(found: AdapterConfig, wanted: AdapterConfig): string[] {
  return (["rank", "alpha"] as const)
    .filter((field) => found[field] !== wanted[field])
    .map((field) => `its ${field} is ${found[field]}, the federation's is ${wanted[field]}`);
}

/** Where a client starts: from the federation's initial adapter, its personal one from an imported one where there is one. */
export function startingAdapters(
  { initial, personal }: { readonly initial: Uint8Array | null; readonly personal: Uint8Array | null },
  layout: AdapterLayout,
  seed: number,
): Pick<ClientAdapters, "personal" | "shared"> {
  const start = initial ?? encodeAdapter(initialAdapter(layout, seed), layout);
  return { personal: personal ?? start, shared: start };
}
