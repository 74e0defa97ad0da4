import { NumberInput, Textarea } from "@mantine/core";
import { words } from "./words.ts";
import type { WritingForm } from "./writingForm.ts";

export interface WritingFieldsProps {
  readonly form: WritingForm;
  readonly onForm: (form: WritingForm) => void;
}

/** How the four texts are written, folded away. */
export function WritingFields({ form, onForm }: WritingFieldsProps) {
  const number = (key: Exclude<keyof WritingForm, "stop">) => ({
    value: form[key],
    onChange: (value: number | string) => typeof value === "number" && onForm({ ...form, [key]: value }),
    clampBehavior: "strict" as const,
    size: "sm" as const,
  });
  return (
    <details className="writing">
      <summary>{words.writingFields.howItIsWritten}</summary>
      <div className="fields">
        <NumberInput
          label={words.writingFields.tokensAtMost}
          min={1}
          max={1024}
          allowDecimal={false}
          {...number("maxNewTokens")}
        />
        <NumberInput
          label={words.writingFields.temperature}
          description={words.writingFields.zeroTakesLikeliest}
          min={0}
          max={5}
          step={0.1}
          {...number("temperature")}
        />
        <NumberInput
          label={words.writingFields.topK}
          description={words.writingFields.zeroKeepsAll}
          min={0}
          max={1000}
          allowDecimal={false}
          {...number("topK")}
        />
        <NumberInput
          label={words.writingFields.topP}
          description={words.writingFields.oneKeepsAll}
          min={0.01}
          max={1}
          step={0.05}
          {...number("topP")}
        />
        <NumberInput
          label={words.writingFields.seed}
          description={words.writingFields.theSameSeedTheSame}
          min={0}
          max={1e9}
          allowDecimal={false}
          {...number("seed")}
        />
        <Textarea
          label={words.writingFields.stopStrings}
          description={words.writingFields.onePerLineTheText}
          size="sm"
          autosize
          minRows={1}
          value={form.stop}
          onChange={(event) => onForm({ ...form, stop: event.currentTarget.value })}
        />
      </div>
    </details>
  );
}
