import type { Task } from "@duet/lora-core/data/task";
import { Button, Group, Textarea } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { type FormEvent, useEffect, useState } from "react";
import { useLocation } from "react-router";
import type { ANSWERERS } from "../lib/adapters.ts";
import type { Playground } from "../services/playground.ts";
import type { PlaygroundState } from "../services/playgroundState.ts";
import { Panel } from "../ui/Panel.tsx";
import { AnswerCard } from "./AnswerCard.tsx";
import { WritingFields } from "./WritingFields.tsx";
import { words } from "./words.ts";
import { generateOptions, type WritingForm } from "./writingForm.ts";

export interface AnswersPanelProps {
  readonly playground: Playground;
  readonly shown: PlaygroundState;
  readonly task: Task;
  /** In the order in which they stand. */
  readonly answerers: readonly (typeof ANSWERERS)[number][];
  readonly isClosed: boolean;
  readonly form: WritingForm;
  readonly onForm: (form: WritingForm) => void;
}

/** One input, and the answers of all adapters side by side. */
export function AnswersPanel({ playground, shown, task, answerers, isClosed, form, onForm }: AnswersPanelProps) {
  const asked = questionOf(useLocation().state);
  const [input, setInput] = useState(asked);
  const isBusy = Object.values(shown.answers).some(({ kind }) => kind === "waiting" || kind === "writing");
  const askFor = (text: string) =>
    playground.ask(
      { input: text, options: generateOptions(form) },
      answerers.map(({ key }) => key),
    );
  const ask = (event: FormEvent) => {
    event.preventDefault();
    askFor(input.trim());
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was asked elsewhere is asked once, as soon as there are answers.
  useEffect(() => {
    if (!isClosed && asked !== "") askFor(asked);
  }, [playground, isClosed, asked]);
  return (
    <Panel title={words.answersPanel.oneInputAllAnswers} hint={words.answersPanel.hint}>
      <form onSubmit={ask}>
        <Textarea
          label={words.answersPanel.input}
          value={input}
          onChange={(event) => setInput(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={10}
          disabled={isClosed}
        />
        {task.kind === "text" && <WritingFields form={form} onForm={onForm} />}
        <Group mt="sm" gap="sm">
          <Button type="submit" leftSection={<IconPlayerPlay size={16} />} disabled={isClosed || input.trim() === ""}>
            {words.answersPanel.askAll}
          </Button>
          {isBusy && (
            <Button variant="default" leftSection={<IconPlayerStop size={16} />} onClick={() => playground.stop()}>
              {words.answersPanel.stop}
            </Button>
          )}
        </Group>
      </form>
      <div className="answers">
        {answerers.map((adapter) => (
          <AnswerCard key={adapter.key} adapter={adapter} answer={shown.answers[adapter.key]} task={task} />
        ))}
      </div>
    </Panel>
  );
}

/** What was typed on the result's page, which came here with the address. */
function questionOf(state: unknown): string {
  return typeof state === "object" && state !== null && "input" in state && typeof state.input === "string" ? state.input : "";
}
