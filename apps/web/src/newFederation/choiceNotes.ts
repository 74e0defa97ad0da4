/** What each choice of the new-federation form is or does, or why it cannot be had with the others. */

import { adviceFor } from "@duet/client/memoryAdvice";
import { adapterLayout, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import {
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
import type { ChoiceSaying } from "@duet/lora-core/federation/choiceSentences";
import {
  clientPrivacyOf,
  clientSamplingOf,
  defaultAdapter,
  defaultFederation,
} from "@duet/lora-core/federation/federationDefaults";
import { prototypesRefusal } from "@duet/lora-core/federation/labelPrototypes";
import { noiseOverUpdate, summedRounds, sumNoise } from "@duet/lora-core/federation/noisySum";
import { ROBUSTNESS } from "@duet/lora-core/robustness/robustnessConfig";
import { say } from "@duet/lora-core/sayings/saying";
import { personalLeaves, sharesAdapters, trainsPersonal } from "@duet/lora-core/strategies/planFacts";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Aggregation, Budgets } from "@duet/lora-core/strategies/strategy";
import { words as known } from "../connect/words.ts";
import { formatBytes } from "../lib/format.ts";
import { formatNumber } from "../lib/numbers.ts";
import {
  type BudgetField,
  budgetsOf,
  choicesOf,
  clientEpsilonOf,
  clientsPerRoundOf,
  type FederationForm,
  labelVectorsOf,
  lateRoundsOf,
  methodIn,
  privacyOf,
  settingsFor,
} from "./federationForm.ts";
import { words as refusals } from "./refusals/words.ts";
import { words } from "./words.ts";

/** What everybody trains, and what that takes. */
export function devicesNote(form: Pick<FederationForm, "devices" | "model" | "kind" | "initial" | "method">): ChoiceNote {
  const settings = settingsFor(form);
  if (!settings) return note(null, words.choiceNotes.devices);
  const { adapter, training } = settings;
  const isPart = !form.initial && form.devices !== "usual";
  const memory = formatBytes(adviceFor(settings, { bytes: null, tensorBytes: null, weightBytes: null }).needed);
  return note(
    null,
    words.choiceNotes.everybodyTrains({
      rank: adapter.rank,
      isPart,
      rows: training.batchSize,
      tokens: training.maxTokens,
      memory,
      isSmall: form.devices === "small",
    }),
  );
}

/** What a choice is or does, one sentence; or why it cannot be had. */
export interface ChoiceNote {
  readonly text: string;
  readonly runs: boolean;
}

const note = (refusal: string | ChoiceSaying | null, text: string): ChoiceNote =>
  refusal === null
    ? { text, runs: true }
    : { text: typeof refusal === "string" ? refusal : say(refusals.choices, refusal), runs: false };

/** Why a method cannot have a choice: `said` in the words of the page. */
const methodRefusal = ({ id }: Method, of: "task" | "robust" | "sum", said: string | null): string | null =>
  said === null ? null : (refusals.methods[of][id] ?? said);

/** What the chosen method does, one sentence; or why it cannot do this kind of task. */
export function methodNote(form: Pick<FederationForm, "method" | "kind" | "aggregation" | BudgetField>): ChoiceNote {
  const method = methodIn(form);
  return note(
    methodRefusal(method, "task", method.refusal(form.kind)),
    summaryOf(method) + personalNote(method, budgetsOf(form), form.aggregation),
  );
}

/** What becomes of the updates, in a sentence or two; or why the chosen method cannot have it so. */
export function aggregationNote(form: Pick<FederationForm, "method" | "aggregation">): ChoiceNote {
  const method = methodIn(form);
  const refusal = methodRefusal(method, "sum", method.aggregationRefusal(form.aggregation));
  return note(refusal, words.choiceNotes[form.aggregation]);
}

/** What the chosen protection does, one sentence; or why it cannot be had with the other choices. */
export function robustnessNote(form: Pick<FederationForm, "method" | "aggregation" | "robustness">): ChoiceNote {
  const { aggregation, robustness } = form;
  const method = methodIn(form);
  const unfit = methodRefusal(method, "robust", method.robustnessRefusal(ROBUSTNESS[robustness]));
  const refusal = unfit ?? protectionRefusal(aggregation, robustness);
  return note(refusal, aggregation === "secure" ? words.choiceNotes.nobodyBounds : known.protections[robustness].summary);
}

/** What the chosen coding does and costs; or why the other choices do not go with it. */
export function uploadNote(form: Pick<FederationForm, "method" | "aggregation" | "upload" | BudgetField>): ChoiceNote {
  const refusal = uploadRefusal(methodIn(form), budgetsOf(form), form);
  const isSummed = form.aggregation === "secure" && form.upload.format !== "f32";
  return note(refusal, isSummed ? words.choiceNotes.underMasks : (known.codings[nameOfCoding(form.upload)]?.summary ?? ""));
}

/** What rows are compared with; or why the other choices do not go with it. */
export function labelVectorsNote(form: FederationForm): ChoiceNote {
  const { model } = form;
  const chosen = labelVectorsOf(form);
  if (chosen === "texts" || !model) return note(null, words.choiceNotes.texts);
  const config = defaultFederation(choicesOf({ ...form, labelVectors: chosen }, model));
  if (!config.adapter.prototypes) return note(words.choiceNotes.noVectors, "");
  const refusal = prototypesRefusal(methodIn(form), config.budgets, parseArchitecture(model.config), config);
  return note(refusal, chosen === "shared" ? words.choiceNotes.sharedLabels : words.choiceNotes.ownLabels);
}

/** When the first round opens; or why it must wait for more. */
export function minClientsNote({ aggregation, minClients }: Pick<FederationForm, "aggregation" | "minClients">): ChoiceNote {
  return note(fewClientsRefusal(aggregation, minClients), words.choiceNotes.minClients);
}

/** Whom a round asks; or why it cannot draw so many. */
export function samplingNote(form: Pick<FederationForm, "aggregation" | "clientsPerRound" | "maxClients">): ChoiceNote {
  const clients = clientsPerRoundOf(form);
  if (clients === null || !(clients >= 1)) return note(null, words.choiceNotes.noSampling);
  const clientSampling = clientSamplingOf(clients);
  const text = words.choiceNotes.sampling(clients + clientSampling.reserve, clients);
  return note(samplingRefusal({ ...form, clientSampling }), text);
}

/** What slower clients do; or why the chosen method cannot let them do less. */
export function workNote(form: Pick<FederationForm, "method" | "work" | BudgetField>): ChoiceNote {
  if (form.work === "equal") return note(null, words.choiceNotes.equalWork);
  return note(workRefusal(methodIn(form), budgetsOf(form), { work: form.work }), words.choiceNotes.workBySpeed);
}

/** What becomes of answers that come late; or why the other choices do not go with them. */
export function lateNote(
  form: Pick<FederationForm, "method" | "aggregation" | "robustness" | "ranks" | "lateRounds" | BudgetField>,
): ChoiceNote {
  const rounds = lateRoundsOf(form);
  if (rounds === null || !(rounds >= 1)) return note(null, words.choiceNotes.nothingLate);
  const { aggregation, robustness, ranks } = form;
  const chosen = {
    late: { rounds },
    aggregation,
    robustness: ROBUSTNESS[robustness],
    ranks: ranks === "equal" ? undefined : ranks,
  };
  return note(lateRefusal(methodIn(form), budgetsOf(form), chosen), words.choiceNotes.late(rounds));
}

/** How clients of fewer ranks take part; or why the other choices do not go with it. */
export function ranksNote(
  form: Pick<FederationForm, "method" | "aggregation" | "initial" | "ranks" | "robustness" | "upload" | "work" | BudgetField>,
): ChoiceNote {
  const { ranks, aggregation, initial, robustness, upload, work } = form;
  if (ranks === "equal") return note(null, words.choiceNotes.equalRanks);
  const chosen = {
    ...{ ranks, aggregation, upload },
    initialAdapter: initial?.sha256 ?? null,
    robustness: ROBUSTNESS[robustness],
    work: work === "equal" ? undefined : work,
  };
  return note(ranksRefusal(methodIn(form), budgetsOf(form), chosen), words.choiceNotes.ownRanks[ranks]);
}

/** What is told of all rows before the first round; or why it cannot be. */
export function statisticsNote(
  form: Pick<FederationForm, "statistics" | "aggregation" | "epsilon" | "clientEpsilon" | "maxClients">,
): ChoiceNote {
  const { statistics, aggregation, maxClients } = form;
  if (statistics === null) return note(null, words.choiceNotes.noStatistics);
  const epsilon = clientEpsilonOf(form);
  const noise = { training: privacyOf(form), clientPrivacy: epsilon === null ? undefined : clientPrivacyOf(epsilon, maxClients) };
  return note(statisticsRefusal({ statistics, aggregation, ...noise }), words.choiceNotes.statistics);
}

/** What measuring before averaging shows and costs; with noise there is nothing to choose. */
export function beforeAggregationNote({
  beforeAggregation,
  epsilon,
  clientEpsilon,
}: Pick<FederationForm, "beforeAggregation" | "epsilon" | "clientEpsilon">): ChoiceNote {
  const { measuredBefore, unmeasuredBefore, noFiguresBefore } = words.choiceNotes;
  if (epsilon !== "" || clientEpsilon !== "") return note(null, noFiguresBefore);
  return note(null, beforeAggregation ? measuredBefore : unmeasuredBefore);
}

/** What comparing with learning alone tells and costs; nothing to choose with noise, and where nothing else is done. */
export function aloneNote(
  form: Pick<FederationForm, "alone" | "epsilon" | "clientEpsilon" | "method" | BudgetField>,
): ChoiceNote {
  const { aloneCompared, aloneNot, aloneAnyway, noFiguresAlone } = words.choiceNotes;
  if (form.epsilon !== "" || form.clientEpsilon !== "") return note(null, noFiguresAlone);
  if (!sharesAdapters(methodIn(form), budgetsOf(form))) return note(null, aloneAnyway);
  return note(null, form.alone ? aloneCompared : aloneNot);
}

/** What differential privacy promises and costs; or why the chosen method cannot have it. */
export function epsilonNote(form: Pick<FederationForm, "method" | "epsilon" | BudgetField>): ChoiceNote {
  const refusal = privacyRefusal(methodIn(form), budgetsOf(form), privacyOf(form));
  return note(refusal, form.epsilon === "" ? words.choiceNotes.noEpsilon : words.choiceNotes.epsilonCost);
}

/** What noise in the sums promises and costs; or why the other choices do not go with it. */
export function clientEpsilonNote(
  form: Pick<FederationForm, "model" | "devices" | "method" | "aggregation" | "clientEpsilon" | "maxClients" | BudgetField>,
): ChoiceNote {
  const { aggregation, maxClients } = form;
  const epsilon = clientEpsilonOf(form);
  if (epsilon === null || !(epsilon > 0)) return note(null, words.choiceNotes.noClientEpsilon);
  const clientPrivacy = clientPrivacyOf(epsilon, maxClients);
  const refusal = clientPrivacyRefusal(methodIn(form), budgetsOf(form), { aggregation, clientPrivacy, maxClients });
  return note(refusal, refusal === null ? clientEpsilonCost(form, clientPrivacy) : "");
}

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
  return words.choiceNotes.clientEpsilonCost(maxClients, formatNumber(ratio, ratio < 10 ? 1 : 0), ratio > 1);
}

const summaryOf = ({ id, summary }: Method): string => words.methods[id] ?? summary;

/** What becomes of the personal adapter, where clients have one. */
function personalNote(method: Method, budgets: Budgets, aggregation: Aggregation): string {
  if (!trainsPersonal(method, budgets)) return "";
  if (!personalLeaves(method, budgets)) return words.choiceNotes.personalStays;
  return aggregation === "secure" ? words.choiceNotes.personalInSum : words.choiceNotes.personalSeen;
}
