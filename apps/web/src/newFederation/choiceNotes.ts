/** What each choice of the new-federation form is or does, or why it cannot be had with the others. */
import { adviceFor } from "@duet/client/memoryAdvice";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { uploadChoice } from "@duet/lora-core/compression/uploadWords";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import {
  clientPrivacyRefusal,
  fewClientsRefusal,
  privacyRefusal,
  protectionRefusal,
  samplingRefusal,
  uploadRefusal,
} from "@duet/lora-core/federation/choiceRefusals";
import {
  clientPrivacyOf,
  clientSamplingOf,
  defaultAdapter,
  defaultTraining,
} from "@duet/lora-core/federation/federationDefaults";
import { prototypesOn, prototypesRefusal } from "@duet/lora-core/federation/labelPrototypes";
import { noiseOverUpdate, summedRounds, sumNoise } from "@duet/lora-core/federation/noisySum";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { personalLeaves, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Aggregation, Budgets } from "@duet/lora-core/strategies/strategy";
import { formatBytes } from "../lib/format.ts";
import {
  type BudgetField,
  budgetsOf,
  clientEpsilonOf,
  clientsPerRoundOf,
  type FederationForm,
  methodIn,
  privacyOf,
  settingsFor,
  taskOf,
} from "./federationForm.ts";

/** What everybody trains, and what that takes. */
export function devicesNote(form: Pick<FederationForm, "devices" | "model" | "kind" | "initial">): ChoiceNote {
  const settings = settingsFor(form);
  if (!settings) return note(null, "What everybody trains, so that the smallest device can hold it.");
  const { adapter, training } = settings;
  const part = form.initial || form.devices === "usual" ? "" : " on queries and values";
  const memory = formatBytes(adviceFor(settings, { bytes: null, tensorBytes: null, weightBytes: null }).needed);
  return note(
    null,
    `Everybody trains rank ${adapter.rank}${part}, ${training.batchSize} rows of ${training.maxTokens} tokens at a time: about ${memory} in a tab.${form.devices === "small" ? MORE_STEPS : ""}`,
  );
}

/** Docs: performance.md, "For phones and old laptops". */
const MORE_STEPS = " Smaller steps teach less: with three times as many it comes closer to the usual.";

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

/** What the chosen protection does, one sentence; or why it cannot be had with the other choices. */
export function robustnessNote(form: Pick<FederationForm, "method" | "aggregation" | "robustness">): ChoiceNote {
  const { aggregation, robustness } = form;
  const refusal = methodIn(form).robustnessRefusal(ROBUSTNESS[robustness]) ?? protectionRefusal(aggregation, robustness);
  return note(refusal, aggregation === "secure" ? NOBODY_BOUNDS : ROBUSTNESS_WORDS[robustness].summary);
}

const NOBODY_BOUNDS =
  "A secure sum hides single updates, so nobody can bound them: one client can decide alone what everyone gets.";

/** What the chosen coding does and costs; or why the other choices do not go with it. */
export function uploadNote(form: Pick<FederationForm, "method" | "aggregation" | "upload" | BudgetField>): ChoiceNote {
  const refusal = uploadRefusal(methodIn(form), budgetsOf(form), form);
  const isSummed = form.aggregation === "secure" && form.upload.format !== "f32";
  return note(refusal, isSummed ? UNDER_MASKS : (uploadChoice(nameOfCoding(form.upload))?.summary ?? ""));
}

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

/** What differential privacy promises and costs; or why the chosen method cannot have it. */
export function epsilonNote(form: Pick<FederationForm, "method" | "epsilon" | BudgetField>): ChoiceNote {
  const refusal = privacyRefusal(methodIn(form), budgetsOf(form), privacyOf(form));
  return note(refusal, form.epsilon === "" ? NO_EPSILON : EPSILON_COST);
}

const NO_EPSILON =
  "Empty: rows are trained on as they are, and nothing bounds what an update or a sum tells of one. 1 is a strong promise for every single row, 3 a fair one, 8 a weak one.";
const EPSILON_COST =
  "With a hundred rows a client, epsilon 1 and 3 make the model useless, and 8 keeps less than half of what training gains; nobody sends accuracies or losses.";

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

/** What becomes of the personal adapter, where clients have one. */
function personalNote(method: Method, budgets: Budgets, aggregation: Aggregation): string {
  if (!trainsPersonal(method, budgets)) return "";
  if (!personalLeaves(method, budgets)) return " The personal adapter is never uploaded, in no form.";
  return aggregation === "secure"
    ? " The personal adapter is part of the secure sum."
    : " The coordinator sees the personal adapter too.";
}
