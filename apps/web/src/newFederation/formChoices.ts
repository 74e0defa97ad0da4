/** What the new-federation form offers to choose from. */

import { nameOfCoding, type UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import { UPLOAD_CHOICES, uploadChoice } from "@duet/lora-core/compression/uploadWords";
import { DEFAULT_UPLOAD, DEVICE_CLASSES, type DeviceClass } from "@duet/lora-core/federation/federationDefaults";
import { robustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { strategies } from "@duet/lora-core/strategies/registry";
import { words as known } from "../connect/words.ts";
import type { FederationForm, LabelVectors } from "./federationForm.ts";
import { words } from "./words.ts";

export const DEFAULT_PROTECTION = "clip";

/** Every method with every preset, as choices. */
export const methodChoices: readonly { readonly value: string; readonly label: string }[] = strategies.flatMap((strategy) => {
  const presets = Object.keys(strategy.presets);
  return presets.map((preset) => ({
    value: `${strategy.id}/${preset}`,
    label: presets.length === 1 ? strategy.label : `${strategy.label}, ${preset}`,
  }));
});

/** Every protection against bad updates, as choices. */
export const robustnessChoices = () => Object.entries(known.protections).map(([value, { label }]) => ({ value, label }));

/** The choice of that value; the default where there is none. */
export function chosenRobustness(value: string): FederationForm["robustness"] {
  return robustnessConfig.options.flatMap(({ shape }) => shape.kind.options).find((kind) => kind === value) ?? DEFAULT_PROTECTION;
}

const DEVICE_LABELS: Readonly<Record<DeviceClass, string>> = {
  get usual() {
    return words.formChoices.usual;
  },
  get small() {
    return words.formChoices.small;
  },
};

/** Who takes part, by what their devices can hold, as choices. */
export const deviceChoices = () => DEVICE_CLASSES.map((value) => ({ value, label: DEVICE_LABELS[value] }));

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

/** Every kind of label, as choices. */
export const labelVectorChoices: readonly { readonly value: LabelVectors; readonly label: string }[] = [
  {
    value: "texts",
    get label() {
      return words.formChoices.texts;
    },
  },
  {
    value: "shared",
    get label() {
      return words.formChoices.shared;
    },
  },
  {
    value: "personal",
    get label() {
      return words.formChoices.personal;
    },
  },
];

/** The choice of that value; the default where there is none. */
export const chosenLabelVectors = (value: string): LabelVectors =>
  labelVectorChoices.find((choice) => choice.value === value)?.value ?? "texts";
