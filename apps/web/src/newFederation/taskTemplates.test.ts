import { task } from "@duet/lora-core/data/task";
import { expect, test } from "vitest";
import { TASK_TEMPLATES, templateOf } from "./taskTemplates.ts";
import { words } from "./words.ts";

test.each(TASK_TEMPLATES.filter(({ labels }) => labels.length > 0).map((template) => [template.id, template] as const))(
  "%s: its labels make a task, and are as many as it says",
  (_, template) => {
    const { id, labels } = template;
    expect(() => task.parse({ kind: "label", labels })).not.toThrow();
    const said = /(\d+) labels/.exec(words.taskTemplates[id].text)?.[1];
    if (said !== undefined) expect(labels.length).toBe(Number(said));
    expect(templateOf({ kind: "label", labels: `${labels.join("\n")}\n` })).toBe(template);
  },
);

test("labels that were changed are one's own; free text is a template whatever labels were there", () => {
  expect(templateOf({ kind: "label", labels: "a\nb" }).id).toBe("own");
  expect(templateOf({ kind: "label", labels: "" }).id).toBe("own");
  expect(templateOf({ kind: "text", labels: "a\nb" }).id).toBe("text");
});
