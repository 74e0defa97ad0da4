import { unfitFor } from "@duet/lora-core/exports/modelExport";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { NativeSelect } from "@mantine/core";
import type { Export } from "../services/adapterExport.ts";
import { FORMAT_WORDS, FORMATS } from "./formatWords.ts";
import { words } from "./words.ts";

type Format = Export["format"];

export interface FormatChoiceProps {
  readonly model: FederationConfig["model"];
  readonly format: Format;
  readonly onChange: (format: Format) => void;
}

/** As what an adapter is downloaded; says who loads it, or why this base cannot be written so. */
export function FormatChoice({ model, format, onChange }: FormatChoiceProps) {
  const refusal = refusalOf(format, model);
  return (
    <NativeSelect
      size="xs"
      label={words.formatChoice.format}
      value={format}
      onChange={(event) => onChange(FORMATS.find((one) => one === event.currentTarget.value) ?? "peft")}
      data={FORMATS.map((value) => ({ value, label: FORMAT_WORDS[value].label }))}
      description={refusal ? null : FORMAT_WORDS[format].loads}
      error={refusal && words.formatChoice.notForThis(refusal)}
      inputWrapperOrder={["label", "input", "description", "error"]}
    />
  );
}

/** A sentence without its full stop; null where the base can be written so. */
export function refusalOf(format: Format, model: FederationConfig["model"]): string | null {
  return format === "peft" ? null : unfitFor(format, model);
}
