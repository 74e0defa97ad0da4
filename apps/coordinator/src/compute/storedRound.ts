/** What a thread works on: a federation's method and its files. Tensors are read in the thread, so none pass through the event loop. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type AdapterLayout, initialAdapter, layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { firstRanks } from "@duet/lora-core/adapters/adapterRank";
import type { Ranks } from "@duet/lora-core/adapters/ranks";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import type { RobustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { weighed } from "@duet/lora-core/strategies/contributions";
import type { SentContribution } from "@duet/lora-core/strategies/ownRanks";
import { type Method, methodOf } from "@duet/lora-core/strategies/registry";
import type { Budgets, ServerState } from "@duet/lora-core/strategies/strategy";
import { decodeUpload, sentFrom, type UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { type ModelFiles, readModelFiles } from "../storage/modelFiles.ts";
import { decodeStoredTensors } from "../storage/storedTensors.ts";

/** What is fixed about a federation, as plain data. */
export interface FederationFacts {
  readonly strategy: { readonly id: string; readonly config: unknown };
  /** How unlike ranks come together; left out where all clients have one. */
  readonly ranks?: Ranks | undefined;
  readonly robustness: RobustnessConfig;
  readonly budgets: Budgets;
  readonly upload: UploadCoding;
  readonly layout: AdapterLayout;
  readonly seed: number;
}

/** Where a coordinator's state lies: after a round, or before the first one in the adapter that was brought, or in the seed. */
export type StoredModel =
  | { readonly kind: "round"; readonly files: ModelFiles }
  | { readonly kind: "brought"; readonly path: string }
  | { readonly kind: "seed" };

/** A contribution whose tensors lie in a file, as the blob that travelled. */
export interface StoredContribution {
  readonly clientId: string;
  readonly sampleCount: number;
  readonly path: string;
  /** Of the client, where it is less than the federation's. */
  readonly rank?: number | undefined;
  /** What it counts for beside others; left out: 1. */
  readonly weight?: number | undefined;
}

/** The method with its settings. */
export const methodIn = ({ strategy, ranks }: FederationFacts): Method => methodOf(strategy, ranks);

let latest: { readonly key: string; readonly state: ServerState } | null = null;

/** The state, kept until another one is asked for. @throws a system error, StoredFormatError when a file is damaged. */
export async function openModel(facts: FederationFacts, model: StoredModel): Promise<ServerState> {
  const key = JSON.stringify([facts, model]);
  if (latest?.key !== key) latest = { key, state: await readModel(facts, model) };
  return latest.state;
}

async function readModel(facts: FederationFacts, model: StoredModel): Promise<ServerState> {
  if (model.kind === "round") return readModelFiles(model.files);
  const initial = model.kind === "brought" ? readTensors(model.path) : initialAdapter(facts.layout, facts.seed);
  return methodIn(facts).init(initial);
}

/**
 * Contributions that are read when a method asks for them, every time that it does, each of its client's rank. `handedOut` is what a client got in
 * place of what it sends, of the whole rank.
 */
export function readWhenAsked(
  contributions: readonly StoredContribution[],
  form: UploadForm,
  handedOut: (clientId: string) => NamedTensors,
): readonly SentContribution[] {
  return contributions.map(({ clientId, sampleCount, path, rank, weight }) => ({
    clientId,
    sampleCount,
    rank,
    ...weighed({ weight }),
    get tensors() {
      const content = readFileSync(path);
      const whole = handedOut(clientId);
      if (rank === undefined) return sentFrom(form, decodeUpload(form, content), whole);
      const own = { ...form, layout: layoutOfRank(form.layout, rank) };
      return sentFrom(own, decodeUpload(own, content), firstRanks(whole, rank));
    },
  }));
}

/** At once: nobody else waits for this thread. */
function readTensors(path: string): NamedTensors {
  return decodeStoredTensors(readFileSync(path), basename(path));
}
