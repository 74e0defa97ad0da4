/** The form filled in as a federation was, with what is proposed in place of what it had. Pure. */
import { type ModelFamily, parseBase } from "@duet/lora-core/architectures/modelConfig";
import { DEVICE_CLASSES, type DeviceClass, defaultTraining } from "@duet/lora-core/federation/federationDefaults";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { hidesFigures } from "@duet/lora-core/protocol/figures";
import type { AgainState } from "../lib/federation/again.ts";
import type { FederationForm } from "./federationForm.ts";
import { initialForm } from "./initialForm.ts";

/** Where who comes in was asked or shut out, the new one asks. Labels are vectors where the base compares texts. A base that no tab computes is left out. */
export function formAgain({ config, choices, joining, statistics, devices }: AgainState["again"]): FederationForm {
  const { method, preset, labelVectors } = choices;
  const { name, model, task, aggregation, robustness, upload, budgets, clientSampling, work, deadline, ranks, late } = config;
  const { family } = parseBase(model.config);
  return {
    ...initialForm([model]),
    name,
    kind: task.kind,
    labels: task.kind === "label" ? task.labels.join("\n") : "",
    method: `${method}/${preset}`,
    aggregation,
    robustness: robustness.kind,
    upload,
    devices: devices ?? devicesOf(config, family),
    labelVectors: family === "encoder" ? labelVectors : null,
    rounds: budgets.rounds,
    localSteps: budgets.local.amount,
    innerSteps: budgets.inner.amount,
    epsilon: typedEpsilon(config.training.privacy),
    clientEpsilon: typedEpsilon(config.clientPrivacy),
    clientsPerRound: clientSampling ? String(clientSampling.clients) : "",
    lateRounds: late ? String(late.rounds) : "",
    work: work ?? "equal",
    deadline: deadline ?? "fixed",
    ranks: ranks ?? "equal",
    // With an epsilon it was not asked.
    beforeAggregation: config.beforeAggregation === true || hidesFigures(config),
    alone: config.alone === true || hidesFigures(config),
    statistics,
    minClients: config.minClients,
    maxClients: config.maxClients,
    deadlineMinutes: config.roundDeadlineSeconds / 60,
    joining: joining === "open" ? "open" : "approval",
  };
}

const typedEpsilon = (privacy: { readonly epsilon: number } | undefined): string => (privacy ? String(privacy.epsilon) : "");

/** By how much a step has, which a class of devices is told by. */
function devicesOf({ training }: FederationConfig, family: ModelFamily): DeviceClass {
  const hasStepsOf = (devices: DeviceClass) => {
    const { batchSize, maxTokens } = defaultTraining(family, devices);
    return training.batchSize === batchSize && training.maxTokens === maxTokens;
  };
  return DEVICE_CLASSES.find(hasStepsOf) ?? "usual";
}
