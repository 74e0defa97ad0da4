/** Label prototypes of a federation: what they are on its base, and what they do not go together with. Pure. */
import type { PrototypeConfig } from "../adapters/adapterConfig.ts";
import type { Architecture } from "../architectures/modelConfig.ts";
import type { Task } from "../data/task.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { plansOf } from "../strategies/planFacts.ts";
import type { Method } from "../strategies/registry.ts";
import type { Budgets } from "../strategies/strategy.ts";

/** D of the vectors that labels are compared with; null where they are not. */
export function embeddingWidth(architecture: Architecture): number | null {
  return architecture.family === "encoder" ? architecture.config.hiddenSize : null;
}

/** Prototypes of these labels on this base; null where labels are no vectors. */
export function prototypesOn(
  architecture: Architecture,
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
  architecture: Architecture,
  { adapter, task, training, clientPrivacy }: Pick<FederationConfig, "adapter" | "task" | "training" | "clientPrivacy">,
): string | null {
  const { prototypes } = adapter;
  if (!prototypes) return null;
  const wanted = prototypesOn(architecture, task, prototypes);
  if (!wanted) return "Label prototypes are of tasks with labels on a base that compares texts: leave them out.";
  if (wanted.labels !== prototypes.labels || wanted.width !== prototypes.width) {
    return `The label prototypes are ${prototypes.labels} of width ${prototypes.width}, the task and the base have ${wanted.labels} of width ${wanted.width}.`;
  }
  if (training.privacy || clientPrivacy) {
    return "Label prototypes start from sums over a client's rows, which the noise of differential privacy does not cover: leave them out, or train without epsilon.";
  }
  const hasExtras = plansOf(method, budgets).some(({ receive, upload }) => receive?.extra || upload?.extra);
  if (hasExtras)
    return `${method.label} sends more than one adapter at a time, which label prototypes are no part of: choose another method.`;
  return null;
}
