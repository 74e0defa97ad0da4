/** What leaves a participant's tab and what never does, in words. Pure. */
import { codingWords } from "@duet/lora-core/compression/uploadWords";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { personalLeaves, plansOf, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { methodOf } from "@duet/lora-core/strategies/registry";

export interface Leaving {
  readonly sent: readonly string[];
  readonly kept: readonly string[];
}

/** Read off the method's own plans, and off how updates come together and rows are protected. */
export function leaving({
  strategy,
  budgets,
  aggregation,
  training,
  upload,
}: Pick<FederationConfig, "strategy" | "budgets" | "aggregation" | "training" | "upload">): Leaving {
  const method = methodOf(strategy);
  const shares = plansOf(method, budgets).some(({ upload }) => upload !== null);
  const hasPersonal = trainsPersonal(method, budgets);
  const personalIsSent = personalLeaves(method, budgets);
  const isSecure = aggregation === "secure" && shares;
  const isPrivate = training.privacy !== undefined;
  const noise = isPrivate ? ", with noise that hides single rows" : "";
  return {
    sent: [
      ...(shares && !isSecure ? [`changes of the shared adapter, once a round, ${codingWords(upload)}${noise}`] : []),
      ...(isSecure
        ? [
            `changes of the shared adapter, once a round, under masks${noise}: the coordinator gets the sum over all clients`,
            "keys, made anew for every sum, and encrypted shares of them for the other tabs",
          ]
        : []),
      ...(personalIsSent
        ? [isSecure ? PERSONAL_IN_SUM : "your personal adapter: this method sends it, or sets it to what you share"]
        : []),
      isPrivate
        ? "how many rows you have, and how much of your privacy budget is spent"
        : "how many rows you have, your loss and accuracy after each round",
      "your name here, and what your device computes with",
    ],
    kept: [
      "your rows, tokens and prompts",
      "your file's name and its other columns",
      ...(isSecure ? ["your changes by themselves, without masks"] : []),
      ...(isPrivate ? ["your loss, accuracy and fusion weights"] : []),
      ...(hasPersonal && !personalIsSent ? ["your personal adapter"] : []),
    ],
  };
}

const PERSONAL_IN_SUM = "your personal adapter, as part of the sum: this method shares it, or sets it to what you share";
