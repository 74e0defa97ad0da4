/** The new-federation form: what is typed, and the config it stands for. Pure. */

import { adviceFor, type MemorySettings } from "@duet/client/memoryAdvice";
import type { PrototypeConfig } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { nameOfCoding, type UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { UPLOAD_CHOICES, uploadChoice } from "@duet/lora-core/compression/uploadWords";
import type { Task } from "@duet/lora-core/data/task";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import { schemaWords } from "@duet/lora-core/errors/schemaWords";
import {
  clientPrivacyRefusal,
  fewClientsRefusal,
  privacyRefusal,
  protectionRefusal,
  samplingRefusal,
  uploadRefusal,
} from "@duet/lora-core/federation/choiceRefusals";
import { proposedBase } from "@duet/lora-core/federation/defaultBase";
import {
  clientPrivacyOf,
  clientSamplingOf,
  DEFAULT_UPLOAD,
  DEVICE_CLASSES,
  type DeviceClass,
  defaultAdapter,
  defaultFederation,
  defaultTraining,
  presetOf,
} from "@duet/lora-core/federation/federationDefaults";
import { prototypesOn, prototypesRefusal } from "@duet/lora-core/federation/labelPrototypes";
import { noiseOverUpdate, summedRounds, sumNoise } from "@duet/lora-core/federation/noisySum";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { type FederationConfig, newFederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Joining, Listing } from "@duet/lora-core/protocol/organiserView";
import { ROBUSTNESS, type RobustnessConfig, robustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { MIN_CLIENTS } from "@duet/lora-core/secureAggregation/attempt";
import { personalLeaves, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import { type Method, methodOf, strategies } from "@duet/lora-core/strategies/registry";
import type { Aggregation, Budgets } from "@duet/lora-core/strategies/strategy";
import { formatBytes } from "../lib/format.ts";
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
  /** What an encoder compares a row with. */
  readonly labelVectors: LabelVectors;
  readonly rounds: number;
  readonly localSteps: number;
  readonly innerSteps: number;
  /** Of differential privacy of rows, as it is typed; empty trains without. */
  readonly epsilon: string;
  /** Of privacy of clients, the same way. */
  readonly clientEpsilon: string;
  /** Drawn for each round, as it is typed; empty asks all that are here. */
  readonly clientsPerRound: string;
  readonly minClients: number;
  readonly maxClients: number;
  readonly deadlineMinutes: number;
  readonly joining: Joining;
  readonly listing: Listing;
}

const DEFAULT_PROTECTION = "clip";

export function initialForm(models: readonly BaseModel[]): FederationForm {
  return {
    name: "",
    model: proposedBase(models, "label"),
    initial: null,
    kind: "label",
    labels: "",
    method: methodChoices[0]?.value ?? "",
    aggregation: "plain",
    robustness: DEFAULT_PROTECTION,
    upload: DEFAULT_UPLOAD,
    devices: "usual",
    labelVectors: "texts",
    rounds: 4,
    localSteps: 24,
    innerSteps: 12,
    epsilon: "",
    clientEpsilon: "",
    clientsPerRound: "",
    minClients: 2,
    maxClients: 20,
    deadlineMinutes: 10,
    joining: "open",
    listing: null,
  };
}

type BudgetField = "rounds" | "localSteps" | "innerSteps";

const budgetsOf = ({ rounds, localSteps, innerSteps }: Pick<FederationForm, BudgetField>): Budgets => ({
  local: { unit: "steps", amount: localSteps },
  inner: { unit: "steps", amount: innerSteps },
  rounds,
});

/** Every method with every preset, as choices. */
export const methodChoices: readonly { readonly value: string; readonly label: string }[] = strategies.flatMap((strategy) => {
  const presets = Object.keys(strategy.presets);
  return presets.map((preset) => ({
    value: `${strategy.id}/${preset}`,
    label: presets.length === 1 ? strategy.label : `${strategy.label}, ${preset}`,
  }));
});

/** Every protection against bad updates, as choices. */
export const robustnessChoices = Object.entries(ROBUSTNESS_WORDS).map(([value, { label }]) => ({ value, label }));

/** The choice of that value; the default where there is none. */
export function chosenRobustness(value: string): FederationForm["robustness"] {
  return robustnessConfig.options.flatMap(({ shape }) => shape.kind.options).find((kind) => kind === value) ?? DEFAULT_PROTECTION;
}

const DEVICE_LABELS: Readonly<Record<DeviceClass, string>> = {
  usual: "Laptops and desktops",
  small: "Phones and old laptops too",
};

/** Who takes part, by what their devices can hold, as choices. */
export const deviceChoices = DEVICE_CLASSES.map((value) => ({ value, label: DEVICE_LABELS[value] }));

/** The choice of that value; laptops and desktops where there is none. */
export const chosenDevices = (value: string): DeviceClass => DEVICE_CLASSES.find((known) => known === value) ?? "usual";

/** What everybody trains, and what that takes. */
export function devicesNote(form: Pick<FederationForm, "devices" | "model" | "kind" | "initial">): ChoiceNote {
  const settings = settingsFor(form);
  if (!settings) return note(null, "What everybody trains, so that the smallest device can hold it.");
  const { adapter, training } = settings;
  const part = form.initial || form.devices === "usual" ? "" : " on queries and values";
  const memory = formatBytes(adviceFor(settings, { bytes: null, tensorBytes: null }).needed);
  return note(
    null,
    `Everybody trains rank ${adapter.rank}${part}, ${training.batchSize} rows of ${training.maxTokens} tokens at a time: about ${memory} in a tab.`,
  );
}

/** What takes memory in the federation that the form stands for; null without a base. */
export function settingsFor({
  model,
  kind,
  devices,
  initial,
}: Pick<FederationForm, "devices" | "model" | "kind" | "initial">): MemorySettings | null {
  if (!model) return null;
  return defaultFederation({ name: "", model, devices, initial, task: kind === "label" ? { kind, labels: [] } : { kind } });
}

/** What a choice is or does, one sentence; or why it cannot be had. */
export interface ChoiceNote {
  readonly text: string;
  readonly runs: boolean;
}

const note = (refusal: string | null, text: string): ChoiceNote => ({ text: refusal ?? text, runs: refusal === null });

/** What the chosen method does, one sentence; or why it cannot do this kind of task. */
export function methodNote(form: Pick<FederationForm, "method" | "kind" | "aggregation" | BudgetField>): ChoiceNote {
  const method = methodIn(form);
  return note(method.refusal(form.kind), `${method.summary}${personalNote(method, budgetsOf(form), form.aggregation)}`);
}

const AGGREGATION_SUMMARIES: Readonly<Record<Aggregation, string>> = {
  plain: "Whoever runs the coordinator can read every client's update, and guess words of its rows where a round has few.",
  secure:
    "The coordinator sees only the sum: updates leave under masks that nothing but the sum of all takes off. A sum of three still tells something of each.",
};

/** What becomes of the updates, in a sentence or two; or why the chosen method cannot have it so. */
export function aggregationNote(form: Pick<FederationForm, "method" | "aggregation">): ChoiceNote {
  return note(methodIn(form).aggregationRefusal(form.aggregation), AGGREGATION_SUMMARIES[form.aggregation]);
}

/** How much the coordinator sees. budget: the sum, of steps that noise bounds row by row. */
export type PrivacyLevel = "plain" | "secure" | "budget";

export function privacyLevel({ aggregation, epsilon }: Pick<FederationForm, "aggregation" | "epsilon">): PrivacyLevel {
  if (aggregation === "plain") return "plain";
  return epsilon === "" ? "secure" : "budget";
}

/** The weakest budget that still is one: less makes a model of few rows useless. */
const PROPOSED_EPSILON = "8";

/** Another level, with what goes with it: a secure sum needs three clients, and hides what a protection would look at. */
export function privacyChange(form: FederationForm, level: PrivacyLevel): Partial<FederationForm> {
  const epsilon = level !== "budget" ? "" : form.epsilon || PROPOSED_EPSILON;
  return { ...aggregationChange(form, level === "plain" ? "plain" : "secure"), epsilon };
}

function aggregationChange(form: FederationForm, aggregation: Aggregation): Partial<FederationForm> {
  if (aggregation === form.aggregation) return {};
  if (aggregation === "plain") return { aggregation, robustness: DEFAULT_PROTECTION };
  const minClients = Math.max(MIN_CLIENTS, form.minClients);
  return { aggregation: "secure", robustness: "none", minClients, maxClients: Math.max(minClients, form.maxClients) };
}

/** What the chosen protection does, one sentence; or why it cannot be had with the other choices. */
export function robustnessNote(form: Pick<FederationForm, "method" | "aggregation" | "robustness">): ChoiceNote {
  const { aggregation, robustness } = form;
  const refusal = methodIn(form).robustnessRefusal(ROBUSTNESS[robustness]) ?? protectionRefusal(aggregation, robustness);
  return note(refusal, aggregation === "secure" ? NOBODY_BOUNDS : ROBUSTNESS_WORDS[robustness].summary);
}

const NOBODY_BOUNDS =
  "A secure sum hides single updates, so nobody can bound them: one client can decide alone what everyone gets.";

/** Every way to code uploads, as choices. */
export const uploadChoices = UPLOAD_CHOICES.map(({ coding, label }) => ({ value: nameOfCoding(coding), label }));

/** The choice of that name; the default where there is none. */
export const chosenUpload = (name: string): UploadCoding => uploadChoice(name)?.coding ?? DEFAULT_UPLOAD;

/** What the chosen coding does and costs; or why the other choices do not go with it. */
export function uploadNote(form: Pick<FederationForm, "method" | "aggregation" | "upload" | BudgetField>): ChoiceNote {
  const refusal = uploadRefusal(methodIn(form), budgetsOf(form), form);
  const isSummed = form.aggregation === "secure" && form.upload.format !== "f32";
  return note(refusal, isSummed ? UNDER_MASKS : (uploadChoice(nameOfCoding(form.upload))?.summary ?? ""));
}

/** texts: the labels as they are written; else vectors that rows make of them, everybody's or each client's own. */
export type LabelVectors = "texts" | PrototypeConfig["travel"];

/** Every kind of label, as choices. */
export const labelVectorChoices: readonly { readonly value: LabelVectors; readonly label: string }[] = [
  { value: "texts", label: "As they are written" },
  { value: "shared", label: "As everybody's rows, learned together" },
  { value: "personal", label: "As the own rows, kept by each client" },
];

/** The choice of that value; the default where there is none. */
export const chosenLabelVectors = (value: string): LabelVectors =>
  labelVectorChoices.find((choice) => choice.value === value)?.value ?? "texts";

/** What rows are compared with; or why the other choices do not go with it. */
export function labelVectorsNote(form: LabelsForm): ChoiceNote {
  const { model, labelVectors: chosen } = form;
  if (chosen === "texts" || !model) return note(null, LABEL_TEXTS);
  const architecture = parseArchitecture(model.config);
  const task = taskOf(form);
  const prototypes = prototypesOn(architecture, task, { rate: 1, travel: chosen });
  if (!prototypes) return note("Only a base that compares texts has vectors of labels: let labels be as they are written.", "");
  const adapter = { ...defaultAdapter(architecture, form.devices), prototypes };
  const settings = { adapter, task, training: { ...defaultTraining(architecture.family), ...privacyOf(form) } };
  const refusal = prototypesRefusal(methodIn(form), budgetsOf(form), architecture, settings);
  return note(refusal, chosen === "shared" ? SHARED_LABELS : OWN_LABELS);
}

type LabelsForm = Pick<
  FederationForm,
  "model" | "devices" | "method" | "kind" | "labels" | "labelVectors" | "epsilon" | BudgetField
>;

const LABEL_TEXTS = "A row is compared with the words of each label: for labels that say what they mean.";
const SHARED_LABELS =
  "A label is the mean of everybody's rows that have it, and learns: for codes, and for many labels. Where it has one row at a client, updates tell that row's embedding.";
const OWN_LABELS = "A label is the mean of a client's own rows that have it, and learns; it never leaves the client.";

const UNDER_MASKS =
  "Under masks a value has 16 bits, half of the bytes: up to 32 clients, where a method sends differences; 32 bits otherwise.";

/** When the first round opens; or why it must wait for more. */
export function minClientsNote({ aggregation, minClients }: Pick<FederationForm, "aggregation" | "minClients">): ChoiceNote {
  return note(fewClientsRefusal(aggregation, minClients), "The first round opens when so many are ready.");
}

/** Whom a round asks; or why it cannot draw so many. */
export function samplingNote(form: Pick<FederationForm, "aggregation" | "clientsPerRound" | "maxClients">): ChoiceNote {
  const clients = clientsPerRoundOf(form);
  if (clients === null || !(clients >= 1))
    return note(null, "Empty: every round asks all that are here. For crowds: some, drawn anew.");
  const clientSampling = clientSamplingOf(clients);
  const text = `Each round draws ${clients + clientSampling.reserve}, those first who were asked least, and closes once ${clients} have answered; the last one asks everybody.`;
  return note(samplingRefusal({ ...form, clientSampling }), text);
}

const clientsPerRoundOf = ({ clientsPerRound }: Pick<FederationForm, "clientsPerRound">) =>
  clientsPerRound === "" ? null : Number(clientsPerRound);

/** What differential privacy promises and costs; or why the chosen method cannot have it. */
export function epsilonNote(form: Pick<FederationForm, "method" | "epsilon" | BudgetField>): ChoiceNote {
  const refusal = privacyRefusal(methodIn(form), budgetsOf(form), privacyOf(form));
  return note(refusal, form.epsilon === "" ? NO_EPSILON : EPSILON_COST);
}

const NO_EPSILON =
  "Empty: rows are trained on as they are, and nothing bounds what an update or a sum tells of one. 1 is a strong promise for every single row, 3 a fair one, 8 a weak one.";
const EPSILON_COST =
  "With a hundred rows a client, epsilon 1 and 3 make the model useless, and 8 keeps less than half of what training gains; nobody sends accuracies or losses.";

const privacyOf = ({ epsilon }: Pick<FederationForm, "epsilon">) =>
  epsilon === "" ? {} : { privacy: { epsilon: Number(epsilon), clip: ROW_CLIP } };

/** What noise in the sums promises and costs; or why the other choices do not go with it. */
export function clientEpsilonNote(
  form: Pick<FederationForm, "model" | "devices" | "method" | "aggregation" | "clientEpsilon" | "maxClients" | BudgetField>,
): ChoiceNote {
  const { aggregation, maxClients } = form;
  const epsilon = clientEpsilonOf(form);
  if (epsilon === null || !(epsilon > 0)) return note(null, NO_CLIENT_EPSILON);
  const clientPrivacy = clientPrivacyOf(epsilon, maxClients);
  const refusal = clientPrivacyRefusal(methodIn(form), budgetsOf(form), { aggregation, clientPrivacy, maxClients });
  return note(refusal, refusal === null ? clientEpsilonCost(form, clientPrivacy) : "");
}

const NO_CLIENT_EPSILON =
  "Empty: the sum is exact, and shows what all contributed. For crowds: noise in the sum hides what any single client put in.";

/** From the noise alone: what is left of what was learned is not measured. */
function clientEpsilonCost(
  form: Pick<FederationForm, "model" | "devices" | "method" | "maxClients" | BudgetField>,
  clientPrivacy: ClientPrivacyConfig,
): string {
  const { model, maxClients } = form;
  const noiseMultiplier = sumNoise(clientPrivacy, summedRounds(methodIn(form), budgetsOf(form)));
  if (!model || noiseMultiplier === null) return "";
  const architecture = parseArchitecture(model.config);
  const values = layoutBytes(adapterLayout(architecture.linears, defaultAdapter(architecture, form.devices))) / 4;
  const ratio = noiseOverUpdate({ noiseMultiplier }, values, maxClients);
  const verdict = ratio > 1 ? "so it drowns what they learned: this is for crowds" : "so something of what they learned is left";
  return `With ${maxClients} clients the noise in their mean is ${ratio.toPrecision(2)} times as long as the longest update of one, ${verdict}. Nobody sends accuracies or losses.`;
}

const clientEpsilonOf = ({ clientEpsilon }: Pick<FederationForm, "clientEpsilon">) =>
  clientEpsilon === "" ? null : Number(clientEpsilon);

/** C of the gradients of single rows, with which docs/privacy.md measures what an epsilon costs. */
const ROW_CLIP = 1;

function methodIn({ method }: Pick<FederationForm, "method">): Method {
  const [id = "", preset] = method.split("/");
  return methodOf(presetOf(id, preset));
}

/** What becomes of the personal adapter, where clients have one. */
function personalNote(method: Method, budgets: Budgets, aggregation: Aggregation): string {
  if (!trainsPersonal(method, budgets)) return "";
  if (!personalLeaves(method, budgets)) return " The personal adapter is never uploaded, in no form.";
  return aggregation === "secure"
    ? " The personal adapter is part of the secure sum."
    : " The coordinator sees the personal adapter too.";
}

export type FormResult =
  | { readonly ok: true; readonly config: FederationConfig }
  /** One sentence about the first thing that is missing or wrong. */
  | { readonly ok: false; readonly problem: string };

export function toConfig(form: FederationForm, seed: number): FormResult {
  const { model } = form;
  if (!model) return { ok: false, problem: "Choose a base model." };
  if (form.name.trim() === "") return { ok: false, problem: "Give the federation a name." };
  const labels = parseLabels(form.labels);
  if (form.kind === "label" && labels.length < 2) return { ok: false, problem: "Give at least two labels, one per line." };
  const refused = notesOf(form).find(({ runs }) => !runs);
  if (refused) return { ok: false, problem: refused.text };
  const [method = "", preset = ""] = form.method.split("/");
  const parsed = newFederationConfig.safeParse(
    defaultFederation({
      ...form,
      model,
      method,
      preset,
      seed,
      name: form.name.trim(),
      task: taskOf(form),
      labelVectors: form.labelVectors === "texts" ? null : form.labelVectors,
      training: privacyOf(form),
      clientEpsilon: clientEpsilonOf(form),
      clientsPerRound: clientsPerRoundOf(form),
      roundDeadlineSeconds: Math.round(60 * form.deadlineMinutes),
    }),
  );
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problem: `${schemaWords(parsed.error, { nameOf: nameInForm })}.` };
}

const notesOf = (form: FederationForm): readonly ChoiceNote[] => [
  methodNote(form),
  aggregationNote(form),
  robustnessNote(form),
  uploadNote(form),
  minClientsNote(form),
  samplingNote(form),
  epsilonNote(form),
  clientEpsilonNote(form),
  labelVectorsNote(form),
];

const taskOf = ({ kind, labels }: Pick<FederationForm, "kind" | "labels">): Task =>
  kind === "label" ? { kind, labels: parseLabels(labels) } : { kind };

/** What the form calls a setting; the rest goes by its own name. */
const FORM_NAMES: ReadonlyMap<unknown, string> = new Map([
  ["local", "Steps alone"],
  ["inner", "Steps per round"],
  ["epsilon", "Epsilon"],
  ["clientSampling", "Clients a round"],
  ["minClients", "Clients at least"],
  ["maxClients", "Clients at most"],
  ["roundDeadlineSeconds", "The round deadline in seconds"],
]);

const nameInForm = (path: readonly PropertyKey[]): string | undefined =>
  path.map((part) => FORM_NAMES.get(part)).find((name) => name !== undefined);

/** Lines, trimmed, without empty ones and repetitions; their order is kept. */
export const parseLabels = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];
