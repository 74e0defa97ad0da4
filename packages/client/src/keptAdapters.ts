/** The adapters that a client holds, from what it keeps on its device. Pure. */
import type { KeptClient } from "@duet/lora-core/contract/clientRound";
import type { CardFigures } from "@duet/lora-core/federation/cardFigures";
import type { ClientAdapters } from "@duet/lora-core/federation/heldAdapters";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";

export interface KeptAdapters extends ClientAdapters {
  /** The last round they have been through. */
  readonly round: number;
  /** (w1, w2) of the fused one; null before the fusing round. */
  readonly fusion: FusionWeights | null;
  /** Of that round, as this client itself knows them; null where they are of another one. */
  readonly figures: CardFigures | null;
}

/** Null before the first finished round. Weights count only for the adapters they were found for. */
export function keptAdapters({ checkpoint, done }: KeptClient): KeptAdapters | null {
  if (!checkpoint || checkpoint.lastRound === null) return null;
  const { lastRound: round, personal, shared, merged = null, served = null, alone = null } = checkpoint;
  const known = done?.round === round ? (done.own ?? done.metrics) : null;
  const fusion = known?.fusion ? { personal: known.fusion.personal, shared: known.fusion.shared } : null;
  const { privacy } = done?.metrics ?? {};
  const figures = known && {
    ...{ accuracy: known.accuracy, text: known.text, testRows: known.testRows, privacy },
    // Before the last round it is of the steps until then, which have gone on.
    ...(fusion && known.alone ? { alone: known.alone } : {}),
  };
  return { round, personal, shared, merged, served, alone, fusion, figures };
}
