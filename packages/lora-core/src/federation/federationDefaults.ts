/**
 * What a federation is unless somebody asks for something else. The web form and the demo both start here.
 * The numbers come from short trials on the sample data (Symptom2Disease with use-lite, BGL logs with duet-tiny).
 */
import type { AdapterConfig, PrototypeConfig } from "../adapters/adapterConfig.ts";
import { RANKS } from "../adapters/ranks.ts";
import { type Architecture, type DescribedBase, type ModelFamily, parseBase } from "../architectures/modelConfig.ts";
import type { UploadCoding } from "../compression/uploadCoding.ts";
import type { Task } from "../data/task.ts";
import type { ClientPrivacyConfig } from "../differentialPrivacy/clientPrivacyConfig.ts";
import type { BaseModel } from "../protocol/baseModel.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import { ROBUSTNESS, type RobustnessConfig } from "../robustness/robustnessConfig.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { fdLora } from "../strategies/fdLora.ts";
import { sharesAdapters } from "../strategies/planFacts.ts";
import { methodOf, strategies } from "../strategies/registry.ts";
import type { Aggregation, Budgets } from "../strategies/strategy.ts";
import type { TrainingConfig } from "../training/trainingConfig.ts";
import { prototypesOn, prototypesRefusal } from "./labelPrototypes.ts";

/** What every federation must say; the rest has a default. */
export interface FederationChoices {
  readonly name: string;
  readonly model: BaseModel;
  readonly task: Task;
  readonly method?: string;
  /** One of the method's presets; its first is the default. */
  readonly preset?: string;
  /** How what clients share comes together. */
  readonly aggregation?: Aggregation;
  readonly devices?: DeviceClass;
  /** How uploads are coded. */
  readonly upload?: UploadCoding;
  /** Epsilon of the privacy of clients; null sums exactly. */
  readonly clientEpsilon?: number | null;
  /** Whether clients measure the shared adapter before it is aggregated, too. Left out: they do, where figures are told. */
  readonly beforeAggregation?: boolean;
  /** Whether clients learn alone besides, to compare with, which doubles what they train. Left out: they do not. Nothing where no figures are told, or nothing is shared. */
  readonly alone?: boolean;
  /** Protection against bad updates. */
  readonly robustness?: RobustnessConfig["kind"];
  /** Labels as vectors that learn, which travel or stay; null: labels are their texts. Left out: vectors wherever they can be had (docs/adr/0064). */
  readonly labelVectors?: PrototypeConfig["travel"] | null;
  /** T, federated rounds. */
  readonly rounds?: number;
  /** E1, optimiser steps of learning alone before the first federated round. */
  readonly localSteps?: number;
  /** K, optimiser steps per federated round. */
  readonly innerSteps?: number;
  /** Clients that a round which shares an adapter draws; null asks all that are here. */
  readonly clientsPerRound?: number | null;
  /** Whether slower clients do fewer steps. */
  readonly work?: Work;
  /** How clients of fewer ranks take part. */
  readonly ranks?: RankChoice;
  /** Whether rounds of fast clients close sooner. */
  readonly deadline?: Deadline;
  /** Rounds for which an answer is still taken after its own; null takes none. */
  readonly lateRounds?: number | null;
  /** What follows the sum of what rows are like; null where nobody is asked. */
  readonly statistics?: FederationConfig["statistics"] | null;
  readonly minClients?: number;
  readonly maxClients?: number;
  readonly roundDeadlineSeconds?: number;
  readonly reconnectGraceSeconds?: number;
  readonly seed?: number;
  readonly training?: Partial<TrainingConfig>;
  /** The adapter to start from: its settings, and the SHA-256 of its blob. */
  readonly initial?: {
    readonly settings: Pick<AdapterConfig, "rank" | "alpha" | "targetModules" | "prototypes">;
    readonly sha256: string;
  } | null;
}

/** equal: everybody does all steps of a round; bySpeed: slower clients do fewer. */
export const WORK = ["equal", "bySpeed"] as const;
export type Work = (typeof WORK)[number];

/** equal: all have the federation's rank; else clients may have fewer, and that is how they come together. */
export const RANK_CHOICES = ["equal", ...RANKS] as const;
export type RankChoice = (typeof RANK_CHOICES)[number];

/** fixed: a round is open as long as every other; bySpeed: shorter where its clients are known to be fast. */
export const DEADLINES = ["fixed", "bySpeed"] as const;
export type Deadline = (typeof DEADLINES)[number];

/** Which devices take part. small: phones and old laptops too, so that everybody trains less of the base on shorter rows. */
export const DEVICE_CLASSES = ["usual", "small"] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** On the modules that a base proposes. */
export const DEFAULT_ADAPTER = { rank: 8, alpha: 16, dropout: 0 } as const;
const SMALL_ADAPTER = { rank: 4, alpha: 8, dropout: 0 } as const;

/** What demonstrations run: all that a client can do with its two adapters, the fusion included. It is not what is proposed (docs/adr/0098). */
export const DEMO_METHOD = fdLora.id;

/** What everybody trains unless told otherwise. */
export function defaultAdapter(
  { defaultTargets, smallTargets }: Pick<Architecture, "defaultTargets" | "smallTargets">,
  devices: DeviceClass = "usual",
): AdapterConfig {
  return devices === "small"
    ? { ...SMALL_ADAPTER, targetModules: [...smallTargets] }
    : { ...DEFAULT_ADAPTER, targetModules: [...defaultTargets] };
}

/** Where labels are vectors and nobody said whose. */
const PROPOSED_TRAVEL: PrototypeConfig["travel"] = "shared";

/** Of label prototypes, times the learning rate: 0 and 1 are alike on the tuning pool (docs/experiments.md). */
const PROTOTYPE_RATE = 1;

/** Learning rate of factors beside prototypes, which leave less to learn: 3e-3 cost FedAvg 1.7 points against it over three seeds of the tuning pool. */
const BESIDE_PROTOTYPES = 1e-3;

/** A quarter of the bytes; docs/performance.md says what it costs. */
export const DEFAULT_UPLOAD: UploadCoding = { format: "int8", topK: null };

/** Norm to begin with: it moves by a tenth a round, and an update of a default round is some units long. */
const FIRST_CLIP = 1;
/** With a delta of a tenth of one part in the clients. */
export const clientPrivacyOf = (epsilon: number, maxClients: number): ClientPrivacyConfig => ({
  epsilon,
  delta: 1 / (10 * maxClients),
  clip: FIRST_CLIP,
});

/** Drawn beyond those that a round needs, as a share of them: Bonawitz et al. 2019 (arXiv 1902.01046, section 9) lose 6 to 10 %. */
const RESERVE = 0.3;
export const clientSamplingOf = (clients: number) => ({ clients, reserve: Math.ceil(RESERVE * clients) });

/** Rows of a step and tokens of the longest. */
const BATCHES = {
  usual: { encoder: { batchSize: 16, maxTokens: 48 }, "causal-lm": { batchSize: 8, maxTokens: 64 } },
  small: { encoder: { batchSize: 8, maxTokens: 32 }, "causal-lm": { batchSize: 4, maxTokens: 48 } },
} as const satisfies Record<DeviceClass, Record<ModelFamily, object>>;

/** How clients train on a model of this family, unless told otherwise. */
export function defaultTraining(family: ModelFamily, devices: DeviceClass = "usual"): TrainingConfig {
  const common = { warmupSteps: 3, weightDecay: 0.01, clipNorm: 1 };
  return { ...common, ...BATCHES[devices][family], learningRate: family === "encoder" ? 3e-3 : 4e-3 };
}

/** @throws {RangeError} on a method or preset that does not exist. @throws {UnsupportedModelError} on a base that is not supported. */
export function defaultFederation(choices: FederationChoices): FederationConfig {
  const { name, model, task, aggregation = "plain", maxClients = 20, clientEpsilon = null, devices } = choices;
  const { clientsPerRound = null, lateRounds = null } = choices;
  const architecture = parseBase(model.config);
  // Then there are no figures to tell or to sum.
  const isNoisy = clientEpsilon !== null || choices.training?.privacy !== undefined;
  const [strategy, budgets] = [presetOf(choices.method ?? strategies[0].id, choices.preset), budgetsOf(choices)];
  const config: FederationConfig = {
    name,
    model,
    task,
    adapter: { dropout: 0, ...(choices.initial?.settings ?? defaultAdapter(architecture, devices)) },
    initialAdapter: choices.initial?.sha256 ?? null,
    strategy,
    aggregation,
    upload: choices.upload ?? DEFAULT_UPLOAD,
    ...(clientEpsilon === null ? {} : { clientPrivacy: clientPrivacyOf(clientEpsilon, maxClients) }),
    ...(aggregation === "secure" && !isNoisy ? { figureSums: true as const } : {}),
    ...((choices.beforeAggregation ?? true) && !isNoisy ? { beforeAggregation: true as const } : {}),
    ...(choices.alone && !isNoisy && sharesAdapters(methodOf(strategy), budgets) ? { alone: true as const } : {}),
    // Nobody can judge an update that nobody sees.
    robustness: ROBUSTNESS[choices.robustness ?? (aggregation === "secure" ? "none" : "clip")],
    budgets,
    training: { ...defaultTraining(architecture.family, devices), ...choices.training },
    ...(clientsPerRound === null ? {} : { clientSampling: clientSamplingOf(clientsPerRound) }),
    ...(choices.work === "bySpeed" ? { work: choices.work } : {}),
    ...(choices.ranks && choices.ranks !== "equal" ? { ranks: choices.ranks } : {}),
    ...(choices.deadline === "bySpeed" ? { deadline: choices.deadline } : {}),
    ...(lateRounds === null ? {} : { late: { rounds: lateRounds } }),
    ...(choices.statistics ? { statistics: choices.statistics } : {}),
    seed: choices.seed ?? 1,
    minClients: choices.minClients ?? (aggregation === "secure" ? MIN_CLIENTS : 2),
    maxClients,
    roundDeadlineSeconds: choices.roundDeadlineSeconds ?? 600,
    reconnectGraceSeconds: choices.reconnectGraceSeconds ?? 60,
  };
  const labelled = withLabels(config, architecture, choices);
  if (!labelled.adapter.prototypes) return labelled;
  return { ...labelled, training: { ...labelled.training, learningRate: BESIDE_PROTOTYPES, ...choices.training } };
}

const budgetsOf = ({
  localSteps = 24,
  innerSteps = 12,
  rounds = 4,
}: Pick<FederationChoices, "localSteps" | "innerSteps" | "rounds">): Budgets => ({
  local: { unit: "steps", amount: localSteps },
  inner: { unit: "steps", amount: innerSteps },
  rounds,
});

/** With the label vectors that were chosen, or those that are proposed where the rest of the config can have them. */
function withLabels(
  config: FederationConfig,
  architecture: Architecture | DescribedBase,
  { labelVectors: asked, initial }: FederationChoices,
): FederationConfig {
  const travel = asked === undefined ? PROPOSED_TRAVEL : asked;
  const prototypes = travel && prototypesOn(architecture, config.task, { rate: PROTOTYPE_RATE, travel });
  if (!prototypes) return config;
  const labelled = { ...config, adapter: { ...config.adapter, prototypes } };
  if (asked !== undefined) return labelled;
  // What an imported adapter lacks nobody adds to it.
  if (initial || prototypesRefusal(methodOf(config.strategy), config.budgets, architecture, labelled)) return config;
  return labelled;
}

/** A method's named settings, ready for a federation's config. @throws {RangeError} when there is no such method or preset. */
export function presetOf(id: string, preset?: string): FederationConfig["strategy"] {
  const strategy = strategies.find((candidate) => candidate.id === id);
  if (!strategy) throw new RangeError(`There is no method "${id}"; there are: ${strategies.map((s) => s.id).join(", ")}`);
  const presets = Object.entries<Record<string, unknown>>({ ...strategy.presets });
  const found = preset === undefined ? presets[0] : presets.find(([name]) => name === preset);
  if (!found) {
    throw new RangeError(`${strategy.label} has no preset "${preset}"; it has: ${presets.map(([name]) => name).join(", ")}`);
  }
  return { id, preset: found[0], config: { ...found[1] } };
}
