/** What is fixed about a federation, worked out once from its config and its base model. */

import {
  type AdapterLayout,
  adapterLayout,
  initialAdapter,
  layoutBytes,
  layoutOfRank,
  travelling,
} from "@duet/lora-core/adapters/adapterLayout";
import { entriesOf } from "@duet/lora-core/adapters/adapterPart";
import type { Architecture, DescribedBase } from "@duet/lora-core/architectures/modelConfig";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import {
  aloneRefusal,
  clientPrivacyRefusal,
  fewClientsRefusal,
  lateRefusal,
  privacyRefusal,
  protectionRefusal,
  ranksRefusal,
  samplingRefusal,
  statisticsRefusal,
  uploadRefusal,
  workRefusal,
} from "@duet/lora-core/federation/choiceRefusals";
import { prototypesRefusal } from "@duet/lora-core/federation/labelPrototypes";
import { sumSizeOf, updateVectorBytes } from "@duet/lora-core/federation/updateVector";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import type { Unfit } from "@duet/lora-core/protocol/refusalSentences";
import type { ExchangePolicy } from "@duet/lora-core/rounds/exchange";
import type { RoundPolicy } from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { uploadLayout } from "@duet/lora-core/strategies/exchange";
import { type Method, methodOf } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { RoundPlan, ServerState } from "@duet/lora-core/strategies/strategy";
import { trainingsIn } from "@duet/lora-core/strategies/trainings";
import type { UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { checkedArchitecture } from "../models/checkedArchitecture.ts";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import { Refusal } from "../refusal.ts";

const MIN_WAIT_MS = 5 * 60_000;
const STEP_MS = 60_000;
const SLOW_BYTES_PER_MS = 20;

export interface Federation {
  readonly config: FederationConfig;
  readonly method: Method;
  readonly layout: AdapterLayout;
  readonly policy: RoundPolicy;
  /** Bytes of one adapter on the wire. */
  readonly adapterBytes: number;
  /** Fingerprint of the base model's files. */
  readonly modelSha256: string;
  /** Bytes of the base model as float32. */
  readonly modelBytes: number;
  /** Before anybody sent anything: from this adapter, or from the one that the seed gives. */
  initialState(initial: NamedTensors | null): ServerState;
  /** What everyone but a newcomer does in this round; what travels is the same for newcomers. */
  planOf(round: number): RoundPlan;
  /** Layout of what a client shares in this round; null where it shares nothing. */
  uploadLayoutOf(round: number): AdapterLayout | null;
  /** How it is written where it is sent as it is, by a client of this rank: null also where it is summed securely. */
  sentFormOf(round: number, rank?: number): UploadForm | null;
}

/** @throws {Refusal} on an unknown, different or unsupported model, an unknown method, or targets the model does not have. */
export function defineFederation(config: FederationConfig, catalogue: ModelCatalogue): Federation {
  const architecture = checkedArchitecture(config.model, catalogue);
  const { method, layout } = checkedChoices(config, architecture);
  const adapterBytes = layoutBytes(layout);
  const { upload } = method.plan(config.budgets, { round: 1, isNewcomer: false });
  const largest = Math.max(
    adapterBytes,
    upload ? updateVectorBytes(sumSizeOf(config, 1, null), layoutBytes(uploadLayout(layout, upload))) : 0,
  );
  if (largest > MAX_ADAPTER_BYTES) {
    throw new Refusal("INVALID_PAYLOAD", ["tooLargeAdapter", largest, MAX_ADAPTER_BYTES]);
  }
  const planOf = (round: number) => roundPlanOf(method, config, { round, isNewcomer: false });
  const uploadLayoutOf = (round: number) => {
    const { upload: shared } = planOf(round);
    return shared && uploadLayout(layout, shared);
  };
  const reconnectGraceMs = config.reconnectGraceSeconds * 1000;
  const schedule = scheduleOf(method, config.budgets);
  // Whoever shares nothing was told that nothing is summed.
  const sumsFigures = config.figureSums === true && schedule.some(({ uploads }) => uploads);
  return {
    config,
    method,
    layout,
    adapterBytes,
    modelSha256: fingerprint(config.model.files),
    modelBytes: 4 * architecture.parameters,
    policy: {
      schedule,
      minClients: config.minClients,
      roundDeadlineMs: config.roundDeadlineSeconds * 1000,
      reconnectGraceMs,
      waitMs: Math.max(MIN_WAIT_MS, 10 * reconnectGraceMs),
      exchange: config.aggregation === "secure" ? exchangePolicy(largest, sumsFigures) : null,
      sampling: config.clientSampling ? { ...config.clientSampling, seed: config.seed } : null,
      bySpeed: config.work === "bySpeed",
      deadlineBySpeed: config.deadline === "bySpeed",
      late: config.late ?? null,
      statistics: config.statistics ?? null,
    },
    initialState: (initial) => method.init(initial ?? initialAdapter(layout, config.seed)),
    planOf,
    uploadLayoutOf,
    sentFormOf(round, rank) {
      const { upload: shared } = planOf(round);
      if (!shared || config.aggregation !== "plain") return null;
      return { layout: rank === undefined ? layout : layoutOfRank(layout, rank), upload: shared, coding: config.upload };
    },
  };
}

interface Choices {
  readonly method: Method;
  readonly layout: AdapterLayout;
}

function checkedChoices(config: FederationConfig, architecture: Architecture | DescribedBase): Choices {
  try {
    const choices = {
      method: methodOf(config.strategy, config.ranks),
      layout: travelling(adapterLayout(architecture.linears, config.adapter)),
    };
    assertCanRun(choices, architecture, config);
    return choices;
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal("INVALID_PAYLOAD", ["unfitSettings", error.message]);
    throw error;
  }
}

/** Keys and shares are small; for the masked update a slow line has time, by its size. */
function exchangePolicy(bytes: number, sumsFigures: boolean): ExchangePolicy {
  return { stepMs: STEP_MS, inputMs: STEP_MS + bytes / SLOW_BYTES_PER_MS, sumsFigures };
}

/** @throws {Refusal} when choices do not go together, or the method trains a part that this adapter does not have. */
function assertCanRun({ method, layout }: Choices, architecture: Architecture | DescribedBase, config: FederationConfig): void {
  const { task, budgets, robustness, aggregation, minClients, training } = config;
  const assertMade = (unfit: Unfit, sentence: string | null) => {
    if (sentence !== null) throw new Refusal("INVALID_PAYLOAD", ["methodUnfit", method.id, unfit, sentence]);
  };
  assertMade("task", method.refusal(task.kind));
  assertMade("robust", method.robustnessRefusal(robustness));
  assertMade("sum", method.aggregationRefusal(aggregation));
  const refusal =
    protectionRefusal(aggregation, robustness.kind) ??
    fewClientsRefusal(aggregation, minClients) ??
    samplingRefusal(config) ??
    ranksRefusal(methodOf(config.strategy), budgets, config) ??
    uploadRefusal(method, budgets, config) ??
    privacyRefusal(method, budgets, training) ??
    clientPrivacyRefusal(method, budgets, config) ??
    workRefusal(method, budgets, config) ??
    lateRefusal(methodOf(config.strategy), budgets, config) ??
    statisticsRefusal(config) ??
    aloneRefusal(method, budgets, config) ??
    prototypesRefusal(method, budgets, architecture, config);
  if (refusal) throw new Refusal("INVALID_PAYLOAD", refusal);
  for (const { part = "all" } of trainingsIn(method.plan(budgets, { round: 1, isNewcomer: false }).steps)) {
    if (entriesOf(layout, part).length === 0) {
      throw new Refusal("INVALID_PAYLOAD", ["twoModules", method.label]);
    }
  }
}
