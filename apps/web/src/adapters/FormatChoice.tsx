import { unfitFor } from "@duet/lora-core/exports/modelExport";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { say } from "@duet/lora-core/sayings/saying";
import { NativeSelect } from "@mantine/core";
import type { Export } from "../services/adapterExport.ts";
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
  const formats = Object.keys(words.formats) as readonly Format[];
  return (
    <NativeSelect
      size="xs"
      label={words.formatChoice.format}
      value={format}
      onChange={(event) => onChange(formats.find((one) => one === event.currentTarget.value) ?? "peft")}
      data={formats.map((value) => ({ value, label: words.formats[value].label }))}
      description={refusal ? null : words.formats[format].loads}
      error={refusal && words.formatChoice.notForThis(refusal)}
      inputWrapperOrder={["label", "input", "description", "error"]}
    />
  );
}

/** A sentence without its full stop; null where the base can be written so. */
export function refusalOf(format: Format, model: FederationConfig["model"]): string | null {
  const unfit = format === "peft" ? null : unfitFor(format, model);
  return unfit && say(words.unfit, unfit);
}
