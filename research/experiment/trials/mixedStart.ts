/**
 * A trial and no part of the product: a client starts a federated round from a mix of what it received and of its own last copy, chosen on its
 * fusion rows (FedALA, arXiv 2212.01197, learns such a mix when it receives; APFL, arXiv 2003.13461, keeps one).
 *
 * Differs from papers: one weight out of five for the whole adapter, by the loss on rows that are not trained on; what is sent is how far
 * the client moved from its own start. The five forward passes a round are outside of the budget.
 */
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import type { Client } from "@duet/lora-engine/training/client";
import { createFusionLosses } from "@duet/lora-engine/training/fusionLosses";

/** The variant's name. */
export const MIXED_START = "mixed-start";

/** Of the client's own copy; the first, what was received, is kept unless another is better. */
const OWN_SHARES = [0, 0.25, 0.5, 0.75, 1];

/** What the client starts from in place of `received`. */
export async function mixedStart(client: Client, received: Uint8Array): Promise<Uint8Array> {
  const shared = decodeAdapter(received, layoutOf(client.held.shared));
  const held = { personal: client.held.shared, shared, merged: null };
  const losses = createFusionLosses(client.model, client.examples.fusion, held, { scale: adapterScale(client.setup.adapter) });
  try {
    let best: { readonly mix: Mix; readonly loss: number } | null = null;
    for (const own of OWN_SHARES) {
      const mix: Mix = { kind: "factor", weights: [{ personal: own, shared: 1 - own }] };
      const loss = (await losses.of(mix)).reduce((sum, { lossSum }) => sum + lossSum, 0);
      if (!best || loss < best.loss) best = { mix, loss };
    }
    return best ? encodeAdapter(mixed(held.personal, shared, best.mix), layoutOf(shared)) : received;
  } finally {
    losses.dispose();
  }
}
