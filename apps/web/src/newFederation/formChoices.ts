/** What the new-federation form offers to choose from. */

import { nameOfCoding, type UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { UPLOAD_CHOICES, uploadChoice } from "@duet/lora-core/compression/uploadWords";
import {
  DEADLINES,
  DEFAULT_UPLOAD,
  DEVICE_CLASSES,
  type Deadline,
  type DeviceClass,
  RANK_CHOICES,
  type RankChoice,
  WORK,
  type Work,
} from "@duet/lora-core/federation/federationDefaults";
import { STATISTICS_THEN } from "@duet/lora-core/protocol/federationConfig";
import { robustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { strategies } from "@duet/lora-core/strategies/registry";
import { words as known } from "../connect/words.ts";
import { nameById, presetName } from "../lib/methods/methodText.ts";
import { words as common } from "../lib/words.ts";
import type { FederationForm, LabelVectors } from "./federationForm.ts";
import { words } from "./words.ts";

export const DEFAULT_PROTECTION = "clip";

/** Every method with every preset. */
export const METHOD_CHOICES: readonly string[] = strategies.flatMap(({ id, presets }) =>
  Object.keys(presets).map((preset) => `${id}/${preset}`),
);

/** The same as choices. */
export const methodChoices = () =>
  strategies.flatMap(({ id, presets }) =>
    Object.keys(presets).map((preset, _, all) => ({
      value: `${id}/${preset}`,
      label: all.length === 1 ? nameById(id) : [nameById(id), presetName(preset)].join(common.listing.comma),
    })),
  );

/** Every protection against bad updates, as choices. */
export const robustnessChoices = () => Object.entries(known.protections).map(([value, { label }]) => ({ value, label }));

/** The choice of that value; the default where there is none. */
export function chosenRobustness(value: string): FederationForm["robustness"] {
  return robustnessConfig.options.flatMap(({ shape }) => shape.kind.options).find((kind) => kind === value) ?? DEFAULT_PROTECTION;
}

/** Who takes part, by what their devices can hold, as choices. */
export const deviceChoices = () => DEVICE_CLASSES.map((value) => ({ value, label: words.formChoices.devices[value] }));

/** The choice of that value; laptops and desktops where there is none. */
export const chosenDevices = (value: string): DeviceClass => DEVICE_CLASSES.find((known) => known === value) ?? "usual";

/** Every way to code uploads, as choices. */
export const uploadChoices = () =>
  UPLOAD_CHOICES.map(({ coding, label }) => ({
    value: nameOfCoding(coding),
    label: known.codings[nameOfCoding(coding)]?.label ?? label,
  }));

/** The choice of that name; the default where there is none. */
export const chosenUpload = (name: string): UploadCoding => uploadChoice(name)?.coding ?? DEFAULT_UPLOAD;

const LABEL_VECTORS: readonly LabelVectors[] = ["texts", "shared", "personal"];

/** Every kind of label, as choices. */
export const labelVectorChoices = () => LABEL_VECTORS.map((value) => ({ value, label: words.formChoices.labelVectors[value] }));

/** The choice of that value; the default where there is none. */
export const chosenLabelVectors = (value: string): LabelVectors => LABEL_VECTORS.find((known) => known === value) ?? "texts";

/** equal: everybody does all steps of a round. */
export const workChoices = () => WORK.map((value) => ({ value, label: words.formChoices.work[value] }));

/** fixed: every round is open as long as the form says. */
export const deadlineChoices = () => DEADLINES.map((value) => ({ value, label: words.formChoices.deadline[value] }));

const BEFORE_AGGREGATION = ["measured", "unmeasured"] as const;

/** Whether clients measure the shared adapter before averaging, as choices. */
export const beforeAggregationChoices = () =>
  BEFORE_AGGREGATION.map((value) => ({ value, label: words.formChoices.beforeAggregation[value] }));

/** The choice that stands for it. */
export const nameOfBeforeAggregation = ({ beforeAggregation }: Pick<FederationForm, "beforeAggregation">) =>
  BEFORE_AGGREGATION[beforeAggregation ? 0 : 1];

export const chosenBeforeAggregation = (value: string): boolean => value === BEFORE_AGGREGATION[0];

const ALONE = ["compared", "not"] as const;

/** Whether clients learn alone besides, as choices. */
export const aloneChoices = () => ALONE.map((value) => ({ value, label: words.formChoices.alone[value] }));

/** The choice that stands for it. */
export const nameOfAlone = ({ alone }: Pick<FederationForm, "alone">) => ALONE[alone ? 0 : 1];

export const chosenAlone = (value: string): boolean => value === ALONE[0];

/** equal: all have the federation's. */
export const rankChoices = () => RANK_CHOICES.map((value) => ({ value, label: words.formChoices.ranks[value] }));

export const chosenRanks = (value: string): RankChoice => RANK_CHOICES.find((choice) => choice === value) ?? "equal";

export const chosenDeadline = (value: string): Deadline => DEADLINES.find((choice) => choice === value) ?? "fixed";

/** Nobody is asked, or what follows. */
export const statisticsChoices = () =>
  (["none", ...STATISTICS_THEN] as const).map((value) => ({ value, label: words.formChoices.statistics[value] }));

export const chosenStatistics = (value: string): FederationForm["statistics"] =>
  STATISTICS_THEN.find((choice) => choice === value) ?? null;

export const chosenWork = (value: string): Work => WORK.find((choice) => choice === value) ?? "equal";
