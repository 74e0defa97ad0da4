/**
 * What a client learned, as files of PEFT, and such files as a place to start from. Pure: works on the blobs a client keeps, without
 * a model or a backend.
 */

import { decodeAdapter, encodeAdapter } from "../adapters/adapterCodec.ts";
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { type AdapterLayout, adapterLayout, initialAdapter, isPrototypes, layoutOfBytes } from "../adapters/adapterLayout.ts";
import { type PeftAdapter, type PeftBase, type PeftFiles, readPeftAdapter, writePeftAdapter } from "../adapters/peftFormat.ts";
import { PeftFormatError } from "../adapters/peftFormatError.ts";
import type { AdapterSaying } from "../errors/adapterSentences.ts";
import { workError } from "../errors/workError.ts";
import type { Told } from "../sayings/saying.ts";
import { withMerged } from "../strategies/exchange.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { ClientAdapterKind, ClientAdapters } from "./heldAdapters.ts";

/** One of a client's adapters for the PEFT library. @throws {RangeError} when it is not there, or is not of this layout. */
export function exportClientAdapter(
  kind: ClientAdapterKind,
  adapters: ClientAdapters,
  config: AdapterConfig,
  base: PeftBase,
): PeftFiles {
  return writePeftAdapter(clientAdapter(kind, adapters, config, base), base);
}

/** An adapter of any rank on the federation's modules for the PEFT library. */
export function exportAdapter(tensors: NamedTensors, config: AdapterConfig, base: PeftBase): PeftFiles {
  return writePeftAdapter(federationAdapter(tensors, config, base), base);
}

/** One of a client's adapters, with what it is. @throws {RangeError} when it is not there, or is not of this layout. */
export function clientAdapter(
  kind: ClientAdapterKind,
  adapters: ClientAdapters,
  config: AdapterConfig,
  base: PeftBase,
): PeftAdapter {
  return federationAdapter(tensorsOf(kind, adapters, adapterLayout(base.linears, config)), config, base);
}

/** An adapter of any rank on the federation's modules, with what it is; alpha grows with the rank, so that the scale stays. */
export function federationAdapter(tensors: NamedTensors, config: AdapterConfig, base: PeftBase): PeftAdapter {
  const [first] = adapterLayout(base.linears, config);
  const rank = (first && tensors.get(first.key)?.shape[0]) ?? config.rank;
  return { config: { ...config, rank, alpha: (config.alpha / config.rank) * rank }, tensors };
}

function tensorsOf(kind: ClientAdapterKind, adapters: ClientAdapters, layout: AdapterLayout): NamedTensors {
  const decoded = (blob: Uint8Array) => decodeAdapter(blob, layoutOfBytes(layout, blob.byteLength));
  const { served, merged, alone } = adapters;
  switch (kind) {
    case "alone":
      // Nothing of the others is in it, nor what they have merged into the base.
      if (!alone) throw workError("ADAPTER_MISSING", ["notAlone"]);
      return decoded(alone);
    case "fused":
      if (!served) throw workError("ADAPTER_MISSING", ["noFusedBefore"]);
      return decoded(served);
    default:
      return withMerged(decoded(adapters[kind]), merged && decoded(merged));
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
  const tensors = namedAs(layout, adapter.tensors);
  const missing = layout.filter(({ key }) => !tensors.has(key) && !isPrototypes(key));
  const factors = (count: number, has: object | undefined) => count - (has ? 1 : 0);
  if (missing.length > 0 || factors(tensors.size, adapter.config.prototypes) !== factors(layout.length, config.prototypes)) {
    const targets = (names: readonly string[]) => names.join(", ");
    differences.push(["targetsDiffer", targets(adapter.config.targetModules), targets(config.targetModules)]);
  }
  const [first, ...more] = differences;
  if (first) throw new PeftFormatError(more.reduce((all, one): AdapterSaying => ["bothDiffer", all as Told, one as Told], first));
  return encodeAdapter(tensors, layout);
}

/** A file does not tell whether label prototypes travel. */
function namedAs(layout: AdapterLayout, tensors: NamedTensors): NamedTensors {
  const wanted = layout.find(({ key }) => isPrototypes(key))?.key;
  return new Map([...tensors].map(([key, tensor]) => [isPrototypes(key) && wanted ? wanted : key, tensor]));
}

function differencesOf(found: AdapterConfig, wanted: AdapterConfig): AdapterSaying[] {
  const words = ({ prototypes }: AdapterConfig): AdapterSaying =>
    prototypes ? ["prototypes", prototypes.labels, prototypes.width] : ["noPrototypes"];
  const [has, needs] = [words(found), words(wanted)];
  return [
    ...(found.rank === wanted.rank ? [] : [["rankDiffers", found.rank, wanted.rank] as const]),
    ...(found.alpha === wanted.alpha ? [] : [["alphaDiffers", found.alpha, wanted.alpha] as const]),
    ...(has.join() === needs.join() ? [] : [["labelsDiffer", has as Told, needs as Told] as const]),
  ];
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
