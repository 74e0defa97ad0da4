/** The form filled in as a federation was, with what is proposed in place of what it had. Pure. */
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { MethodProposal } from "@duet/lora-core/federation/methodProposal";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FederationForm } from "./federationForm.ts";
import { initialForm } from "./initialForm.ts";

type Choices = NonNullable<MethodProposal["choices"]>;

/**
 * Of federations that can tell what rows are like, which have no epsilon; who comes in is chosen anew. What rows are like is known, and not asked again: two sums that differ by
 * one client are its counts. Labels are vectors where the base compares texts.
 */
export function formAgain(config: FederationConfig, { method, preset, labelVectors }: Choices): FederationForm {
  const { name, model, task, aggregation, robustness, upload, budgets, clientSampling, work, deadline, ranks } = config;
  const isCompared = parseArchitecture(model.config).family === "encoder";
  return {
    ...initialForm([model]),
    name,
    model,
    kind: task.kind,
    labels: task.kind === "label" ? task.labels.join("\n") : "",
    method: `${method}/${preset}`,
    aggregation,
    robustness: robustness.kind,
    upload,
    labelVectors: isCompared ? labelVectors : null,
    rounds: budgets.rounds,
    localSteps: budgets.local.amount,
    innerSteps: budgets.inner.amount,
    clientsPerRound: clientSampling ? String(clientSampling.clients) : "",
    work: work ?? "equal",
    deadline: deadline ?? "fixed",
    ranks: ranks ?? "equal",
    statistics: null,
    minClients: config.minClients,
    maxClients: config.maxClients,
    deadlineMinutes: config.roundDeadlineSeconds / 60,
  };
}
