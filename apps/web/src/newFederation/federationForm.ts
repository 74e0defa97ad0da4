/** The new-federation form: what is typed, and what it stands for. Pure. */
import type { MemorySettings } from "@duet/client/memoryAdvice";
import type { PrototypeConfig } from "@duet/lora-core/adapters/adapterConfig";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import type { Task } from "@duet/lora-core/data/task";
import {
  type Deadline,
  type DeviceClass,
  defaultFederation,
  type FederationChoices,
  presetOf,
  type RankChoice,
  type Work,
} from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { Joining, Listing } from "@duet/lora-core/protocol/organiserView";
import type { RobustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { type Method, methodOf } from "@duet/lora-core/strategies/registry";
import type { Aggregation, Budgets } from "@duet/lora-core/strategies/strategy";
import type { InitialAdapter } from "./initialAdapterOf.ts";

export interface FederationForm {
  readonly name: string;
  /** Null until there is one. */
  readonly model: BaseModel | null;
  /** Null starts from a fresh one. */
  readonly initial: InitialAdapter | null;
  readonly kind: "label" | "text";
  /** One label per line. */
  readonly labels: string;
  /** A method's id and one of its presets, with a / between. */
  readonly method: string;
  readonly aggregation: Aggregation;
  readonly robustness: RobustnessConfig["kind"];
  readonly upload: UploadCoding;
  readonly devices: DeviceClass;
  /** What an encoder compares a row with; null is what is proposed for the rest of the form. */
  readonly labelVectors: LabelVectors | null;
  readonly rounds: number;
  readonly localSteps: number;
  readonly innerSteps: number;
  /** Of differential privacy of rows, as it is typed; empty trains without. */
  readonly epsilon: string;
  /** Of privacy of clients, the same way. */
  readonly clientEpsilon: string;
  /** Drawn for each round, as it is typed; empty asks all that are here. */
  readonly clientsPerRound: string;
  /** For which an answer is still taken after its own, as it is typed; empty takes none. */
  readonly lateRounds: string;
  /** Whether slower clients do fewer steps. */
  readonly work: Work;
  /** How clients of fewer ranks take part. */
  readonly ranks: RankChoice;
  /** Whether rounds of fast clients close sooner. */
  readonly deadline: Deadline;
  /** Whether clients measure the shared adapter before it is aggregated, too. */
  readonly beforeAggregation: boolean;
  /** Whether clients learn alone besides, to compare with. */
  readonly alone: boolean;
  /** What follows the sum of what rows are like; null where nobody is asked. */
  readonly statistics: NonNullable<FederationChoices["statistics"]> | null;
  readonly minClients: number;
  readonly maxClients: number;
  readonly deadlineMinutes: number;
  readonly joining: Joining;
  readonly listing: Listing;
}

export type BudgetField = "rounds" | "localSteps" | "innerSteps";

export const budgetsOf = ({ rounds, localSteps, innerSteps }: Pick<FederationForm, BudgetField>): Budgets => ({
  local: { unit: "steps", amount: localSteps },
  inner: { unit: "steps", amount: innerSteps },
  rounds,
});

/** What takes memory in the federation that the form stands for; null without a base. */
export function settingsFor({
  model,
  kind,
  devices,
  initial,
  method: chosen,
}: Pick<FederationForm, "devices" | "model" | "kind" | "initial" | "method">): MemorySettings | null {
  if (!model) return null;
  const [method = "", preset = ""] = chosen.split("/");
  const task = kind === "label" ? { kind, labels: [] } : { kind };
  return defaultFederation({ name: "", model, devices, initial, method, preset, task });
}

/** texts: the labels as they are written; else vectors that rows make of them, everybody's or each client's own. */
export type LabelVectors = "texts" | PrototypeConfig["travel"];

/** What the form stands for, on a base that is chosen. */
export function choicesOf(form: FederationForm, model: BaseModel): FederationChoices {
  const [method = "", preset = ""] = form.method.split("/");
  const { labelVectors, name, ...others } = form;
  return {
    ...others,
    model,
    method,
    preset,
    name: name.trim(),
    task: taskOf(form),
    ...(labelVectors === null ? {} : { labelVectors: labelVectors === "texts" ? null : labelVectors }),
    training: privacyOf(form),
    clientEpsilon: clientEpsilonOf(form),
    clientsPerRound: clientsPerRoundOf(form),
    lateRounds: lateRoundsOf(form),
    roundDeadlineSeconds: Math.round(60 * form.deadlineMinutes),
  };
}

/** What labels are: as chosen, or as proposed for the rest of the form. */
export function labelVectorsOf(form: FederationForm): LabelVectors {
  if (form.labelVectors !== null || !form.model) return form.labelVectors ?? "texts";
  return defaultFederation(choicesOf(form, form.model)).adapter.prototypes?.travel ?? "texts";
}

export const clientsPerRoundOf = ({ clientsPerRound }: Pick<FederationForm, "clientsPerRound">) =>
  clientsPerRound === "" ? null : Number(clientsPerRound);

export const lateRoundsOf = ({ lateRounds }: Pick<FederationForm, "lateRounds">) =>
  lateRounds === "" ? null : Number(lateRounds);

export const privacyOf = ({ epsilon }: Pick<FederationForm, "epsilon">) =>
  epsilon === "" ? {} : { privacy: { epsilon: Number(epsilon), clip: ROW_CLIP } };

export const clientEpsilonOf = ({ clientEpsilon }: Pick<FederationForm, "clientEpsilon">) =>
  clientEpsilon === "" ? null : Number(clientEpsilon);

/** C of the gradients of single rows, with which docs/privacy.md measures what an epsilon costs. */
const ROW_CLIP = 1;

export function methodIn({ method }: Pick<FederationForm, "method">): Method {
  const [id = "", preset] = method.split("/");
  return methodOf(presetOf(id, preset));
}

const taskOf = ({ kind, labels }: Pick<FederationForm, "kind" | "labels">): Task =>
  kind === "label" ? { kind, labels: parseLabels(labels) } : { kind };

/** Lines, trimmed, without empty ones and repetitions; their order is kept. */
export const parseLabels = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
