import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresFor } from "@duet/lora-core/protocol/figures";
import { Radio, Stack } from "@mantine/core";
import { figuresOptions, fixedFiguresText } from "../lib/figuresWords.ts";
import { words } from "./words.ts";

export interface FiguresChoiceProps {
  readonly config: FederationConfig;
  readonly value: FiguresFor;
  readonly onChange: (value: FiguresFor) => void;
}

/** Who may see what this tab measures: its participant decides, and nobody else. */
export function FiguresChoice({ config, value, onChange }: FiguresChoiceProps) {
  const fixed = fixedFiguresText(config);
  if (fixed !== null) {
    return (
      <p className="small" style={{ margin: 0 }}>
        <strong>{words.figuresChoice.whoSees}</strong> {fixed}
      </p>
    );
  }
  return (
    <Radio.Group
      label={words.figuresChoice.whoSees}
      description={words.figuresChoice.whoSeesNote}
      inputWrapperOrder={["label", "description", "input", "error"]}
      value={value}
      onChange={(chosen) => onChange(figuresFor.parse(chosen))}
    >
      <Stack gap="xs" mt="xs">
        {figuresOptions(config).map((option) => (
          <Radio key={option.value} {...option} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
