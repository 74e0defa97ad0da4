import { type ReactNode, useId } from "react";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly text: string;
  /** Drawn between the title and the text. */
  readonly picture?: ReactNode;
}

export interface ChoiceCardsProps<Value extends string> {
  /** What is chosen. */
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few things that deserve a sentence each: every card is a radio button as a whole. */
export function ChoiceCards<Value extends string>({ label, choices, value, onChange }: ChoiceCardsProps<Value>) {
  const name = useId();
  return (
    <div className="choices" role="radiogroup" aria-label={label}>
      {choices.map((choice) => (
        <label key={choice.value} className="choice">
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <strong>{choice.title}</strong>
          {choice.picture}
          <span className="soft small">{choice.text}</span>
        </label>
      ))}
    </div>
  );
}
