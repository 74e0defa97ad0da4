import { NumberInput, Textarea } from "@mantine/core";
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
      <summary>How it is written</summary>
      <div className="fields">
        <NumberInput label="Tokens at most" min={1} max={1024} allowDecimal={false} {...number("maxNewTokens")} />
        <NumberInput
          label="Temperature"
          description="0 takes the likeliest"
          min={0}
          max={5}
          step={0.1}
          {...number("temperature")}
        />
        <NumberInput
          label="Top-k"
          description="0 keeps every token"
          min={0}
          max={1000}
          allowDecimal={false}
          {...number("topK")}
        />
        <NumberInput label="Top-p" description="1 keeps every token" min={0.01} max={1} step={0.05} {...number("topP")} />
        <NumberInput
          label="Seed"
          description="The same seed, the same text"
          min={0}
          max={1e9}
          allowDecimal={false}
          {...number("seed")}
        />
        <Textarea
          label="Stop strings"
          description="One per line; the text ends before them"
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
