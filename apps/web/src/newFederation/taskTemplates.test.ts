import { task } from "@duet/lora-core/data/task";
import { expect, test } from "vitest";
import { LANGUAGES, type Language } from "../lib/language.ts";
import { TASK_TEMPLATES, templateOf } from "./taskTemplates.ts";
import { words } from "./words.ts";

const cases = TASK_TEMPLATES.flatMap((template) =>
  (Object.keys(LANGUAGES) as Language[]).map((language) => [template.id, language, template] as const),
).filter(([, language, { labels }]) => labels[language].length > 0);

test.each(cases)("%s, %s: its labels make a task, and are as many as it says", (id, language, template) => {
  const labels = template.labels[language];
  expect(() => task.parse({ kind: "label", labels })).not.toThrow();
  const said = /(\d+) labels/.exec(words.taskTemplates[id].text)?.[1];
  if (said !== undefined) expect(labels.length).toBe(Number(said));
  expect(templateOf({ kind: "label", labels: `${labels.join("\n")}\n` })).toBe(template);
});

test("a Chinese page proposes Chinese labels, but where the data are English", () => {
  const english = TASK_TEMPLATES.filter(({ labels: { zh } }) => zh.some((label) => /[a-z]/i.test(label))).map(({ id }) => id);
  expect(english).toEqual(["terms", "severity"]);
});

test("labels that were changed are one's own; free text is a template whatever labels were there", () => {
  expect(templateOf({ kind: "label", labels: "a\nb" }).id).toBe("own");
  expect(templateOf({ kind: "label", labels: "" }).id).toBe("own");
  expect(templateOf({ kind: "text", labels: "a\nb" }).id).toBe("text");
});
