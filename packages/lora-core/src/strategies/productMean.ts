/**
 * A method whose clients' adapters are averaged by their products, as FlexLoRA does (Bai et al. 2024, arXiv 2402.11505, section 3), in place of their
 * factors: what a client may then have of the mean is its first ranks, which are the best ones.
 *
 *   client k:     sends its (A_k, B_k) where the method would send what it changed
 *   coordinator:  sum_k p_k B_k A_k = U S V^T;  B' = U_R S_R,  A' = V_R^T, which the method sees as the mean of what was changed
 *
 * The factors of one round are in no relation to those of the next, so that nothing may be kept of them: no remainder of rounding (values leave none),
 * no momentum, no other adapter that is held to them. Choices that need such, and robust means of factors, are refused (ranksRefusal in federation/choiceRefusals.ts).
 */

import { rankOf } from "../adapters/adapterSum.ts";
import type { Ranks } from "../adapters/ranks.ts";
import { truncateRank } from "../adapters/thinSvd.ts";
import { linearCombination } from "../tensors/arithmetic.ts";
import { stackedMean } from "./mergedUpdate.ts";
import type { Method } from "./method.ts";

/** The method as it is where unlike ranks come together so. */
export function forRanks(method: Method, ranks: Ranks | undefined): Method {
  return ranks === "svd" && !method.averagesProducts ? withProductMean(method) : method;
}

/** Of a method that sends what was changed of both factors. */
function withProductMean(method: Method): Method {
  return {
    ...method,
    averagesProducts: true,
    plan(budgets, context) {
      const plan = method.plan(budgets, context);
      return plan.upload ? { ...plan, upload: { ...plan.upload, form: "value" } } : plan;
    },
    aggregate(state, contributions, round) {
      const mean = truncateRank(stackedMean(contributions, method.weighting), rankOf(state.shared));
      const sampleCount = contributions.reduce((sum, contribution) => sum + contribution.sampleCount, 0);
      const before = new Map([...state.shared].filter(([key]) => mean.has(key)));
      const tensors = linearCombination([1, -1], [before, mean]);
      return method.aggregate(state, [{ clientId: "mean of products", sampleCount, tensors }], round);
    },
  };
}
