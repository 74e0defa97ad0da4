/** Label prototypes of a federation: what they are on its base, and what they do not go together with. Pure. */

import type { PrototypeConfig } from "../adapters/adapterConfig.ts";
import type { Architecture, DescribedBase } from "../architectures/modelConfig.ts";
import type { Task } from "../data/task.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { plansOf } from "../strategies/planFacts.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";
import type { ChoiceSaying } from "./choiceSentences.ts";

/** D of the vectors that labels are compared with; null where they are not. */
export function embeddingWidth(architecture: Architecture | DescribedBase): number | null {
  return architecture.family === "encoder" ? architecture.config.hiddenSize : null;
}

/** Prototypes of these labels on this base; null where labels are no vectors. */
export function prototypesOn(
  architecture: Architecture | DescribedBase,
  task: Task,
  choice: Pick<PrototypeConfig, "rate" | "travel">,
): PrototypeConfig | null {
  const width = embeddingWidth(architecture);
  return width === null || task.kind !== "label" ? null : { ...choice, labels: task.labels.length, width };
}

/** Why a federation cannot have the label prototypes that its adapter names, one sentence; null where it can, and where it names none. */
export function prototypesRefusal(
  method: Method,
  budgets: Budgets,
  architecture: Architecture | DescribedBase,
  { adapter, task, training, clientPrivacy }: Pick<FederationConfig, "adapter" | "task" | "training" | "clientPrivacy">,
): ChoiceSaying | null {
  const { prototypes } = adapter;
  if (!prototypes) return null;
  const wanted = prototypesOn(architecture, task, prototypes);
  if (!wanted) return ["prototypesNeedLabels"];
  if (wanted.labels !== prototypes.labels || wanted.width !== prototypes.width) {
    return ["otherLabels", prototypes.labels, prototypes.width, wanted.labels, wanted.width];
  }
  if (training.privacy || clientPrivacy) return ["labelsUnderNoise"];
  const hasExtras = plansOf(method, budgets).some(({ receive, upload }) => receive?.extra || upload?.extra);
  return hasExtras ? ["labelsBeside", method.label] : null;
}
