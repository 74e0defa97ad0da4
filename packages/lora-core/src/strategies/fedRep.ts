/**
 * FedRep (Collins et al. 2021, arXiv 2102.07078, Algorithm 1): a shared representation under personal heads.
 *
 *   client k:     phi_k  = InnerOpt(phi_k; body frozen);  body_k = InnerOpt(body; head frozen);  sends body - body_k
 *   coordinator:  body'  = sum_k (n_k / n) body_k
 *
 * The head is the LoRA on the last quarter of the adapted modules, the body is the rest: a language model's own head is frozen and
 * shared, and its last blocks are where it specialises (LoRA on the last blocks is the usual reading). Heads stay on the clients.
 * Differs from paper: K is halved between head and body (the paper: several head steps, one body step); weights are by training
 * rows; a client that joins late starts from the seeded head and the averaged body.
 */
import { z } from "zod";
import { averageDifferences } from "./fedAvg.ts";
import { everyRound, halves, serveShared } from "./plans.ts";
import type { Strategy } from "./strategy.ts";

const fedRepConfig = z.strictObject({});

export const fedRep: Strategy<z.output<typeof fedRepConfig>> = {
  id: "fedrep",
  label: "FedRep",
  summary: "The lower layers' adapter is averaged; the last quarter of the layers is trained by each client and stays with it.",
  configSchema: fedRepConfig,
  presets: { standard: {} },
  firstRound: () => 1,
  weighting: () => "samples",
  plan(_config, budgets, { round }) {
    const [head, body] = halves(budgets.inner);
    return everyRound(budgets, round, {
      receive: { part: "body", extra: null },
      steps: [
        { kind: "train", slot: "shared", budget: head, part: "head" },
        { kind: "train", slot: "shared", budget: body, part: "body" },
      ],
      upload: { slot: "shared", form: "difference", part: "body", extra: null },
      serve: serveShared,
    });
  },
  init: (initial) => ({ shared: initial, memory: {} }),
  aggregate: averageDifferences,
};
