/** The adapter that a client ends up with in the fusing round. */
import { adapterScale } from "@duet/lora-core/adapters/adapterConfig";
import { sumOf } from "@duet/lora-core/fusion/adaFusion";
import type { FusionConfig } from "@duet/lora-core/fusion/fusionConfig";
import { type Mix, mixed } from "@duet/lora-core/fusion/mix";
import { privateFusion } from "@duet/lora-core/fusion/privateFusion";
import { searchFusion } from "@duet/lora-core/fusion/searchFusion";
import type { HeldAdapters } from "@duet/lora-core/strategies/exchange";
import type { Serve } from "@duet/lora-core/strategies/strategy";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Client } from "./client.ts";
import type { EachBatch } from "./evaluateAdapter.ts";
import { createFusionLosses } from "./fusionLosses.ts";
import type { Running } from "./running.ts";

const NO_SEARCH = { evaluations: 0, forwardTokens: 0, seconds: 0 };

/** Of the layout's rank, or a higher one. */
export async function serveAdapter(client: Client, how: Serve, held: HeldAdapters, running: Running): Promise<NamedTensors> {
  const { report } = running;
  switch (how.kind) {
    case "slot":
      report.fused({ personal: how.slot === "personal" ? 1 : 0, shared: how.slot === "shared" ? 1 : 0, ...NO_SEARCH });
      return held[how.slot];
    case "sum":
      report.fused({ ...how.weights, ...NO_SEARCH });
      return sumOf(held.personal, held.shared, how.weights);
    case "fuse":
      return search(client, how.search, held, running);
    default:
      return how satisfies never;
  }
}

async function search(
  { setup, model, examples }: Client,
  config: FusionConfig,
  held: HeldAdapters,
  { report, control, journal, meter }: Running,
): Promise<NamedTensors> {
  let seconds = 0;
  const eachBatch: EachBatch<Float32Array> = async (compute) => {
    await control.checkIn();
    const piece = await journal.once("losses", "fuse", compute);
    seconds += piece.seconds;
    return piece.result;
  };
  const losses = createFusionLosses(model, examples.fusion, held, { scale: adapterScale(setup.adapter), eachBatch });
  try {
    let step = 0;
    const lossesOf = (candidate: Mix) => {
      report.progress("fusing", { step: step++, steps: config.maxEvaluations });
      return losses.of(candidate);
    };
    const choose = async (utilities: readonly number[]) =>
      (await journal.once("chosen", "fuse", async () => (await meter?.choose(utilities)) ?? null)).result;
    const found = meter ? privateFusion(config, lossesOf, choose) : searchFusion(config, lossesOf);
    const { mix, weights, evaluations } = await found;
    report.fused({ ...weights, evaluations, forwardTokens: evaluations * losses.tokens, seconds });
    return mixed(held.personal, held.shared, mix);
  } finally {
    losses.dispose();
  }
}
