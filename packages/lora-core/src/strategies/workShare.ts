/**
 * Steps by speed with normalised averaging (FedNova: Wang et al. 2020, arXiv 2007.07481, section 4): slower clients do a share of a round's
 * steps, and nobody counts for less because of that.
 *
 *   client k:     n_k = max(1, round(share_k n)) steps; sends D_k a(n) / a(n_k), what n steps in the same direction would have changed
 *   coordinator:  multiplies what came in by mean_k a(n_k) / a(n), and its method goes on with that as ever
 *
 * a(n) is the paper's |a|_1, how far n steps of the local optimiser carry along a gradient that stays the same, in units of the learning rate.
 * AdamW begins anew each round and corrects its momentum for its start, so its m is a mean of the gradients: every step carries one learning
 * rate's length, and a(n) is the sum of what the warm-up and a decay multiply the rate with. For momentum without that correction it would be more.
 * Differs from paper: of AdamW's second moment and weight decay a(n) knows nothing; the paper's effective steps are a mean by rows, here clients
 * count alike, so that a secure sum needs nothing more (the coordinator has told everybody its share). Label prototypes begin as means of rows,
 * which are no steps: that is in the first federated round, in which no share is known and nothing is scaled.
 */
import { linearCombination } from "../tensors/arithmetic.ts";
import { rateFactor } from "../training/learningRate.ts";
import type { TrainingConfig } from "../training/trainingConfig.ts";
import { weighed } from "./contributions.ts";
import type { Contribution, LocalStep, RoundPlan } from "./strategy.ts";
import { isTraining, trainingsIn } from "./trainings.ts";

type WarmUp = Pick<TrainingConfig, "warmupSteps">;

/** What a client whose share is below 1 does in place of the plan: less of every training of a federated round. */
export function planForShare(plan: RoundPlan, share: number, training: WarmUp): RoundPlan {
  if (plan.stage !== "federated" || share >= 1) return plan;
  const shared = sharedSteps(plan, share);
  if (!plan.upload) return shared;
  return { ...shared, upload: { ...plan.upload, scale: reachOf(plan, training) / reachOf(shared, training) } };
}

/** What the coordinator multiplies with: 1 where everybody did everything. `shares` are of those who counted. */
export function effectiveWork(plan: RoundPlan, shares: readonly number[], training: WarmUp): number {
  if (shares.every((share) => share >= 1)) return 1;
  const reached = new Map([...new Set(shares)].map((share) => [share, reachOf(sharedSteps(plan, share), training)]));
  const total = shares.reduce((sum, share) => sum + (reached.get(share) ?? 0), 0);
  return total / shares.length / reachOf(plan, training);
}

/** The same contributions, multiplied; each is made when it is asked for. */
export function timesWork(contributions: readonly Contribution[], work: number): readonly Contribution[] {
  if (work === 1) return contributions;
  return contributions.map((contribution) => ({
    clientId: contribution.clientId,
    sampleCount: contribution.sampleCount,
    ...weighed(contribution),
    get tensors() {
      return linearCombination([work], [contribution.tensors]);
    },
  }));
}

function sharedSteps(plan: RoundPlan, share: number): RoundPlan {
  return share >= 1 ? plan : { ...plan, steps: plan.steps.map((step) => sharedStep(step, share)) };
}

function sharedStep(step: LocalStep, share: number): LocalStep {
  if (!isTraining(step)) return step;
  const { unit, amount } = step.budget;
  return { ...step, budget: { unit, amount: Math.max(1, Math.round(share * amount)) } };
}

/** a(n) of the trainings of what is uploaded. */
function reachOf({ steps, upload }: RoundPlan, training: WarmUp): number {
  let reach = 0;
  for (const { slot, budget, span } of trainingsIn(steps)) {
    if (slot !== upload?.slot) continue;
    const { amount } = budget;
    const factor = rateFactor(training, amount, span ?? null);
    for (let taken = 0; taken < amount; taken++) reach += factor(taken);
  }
  return reach;
}
