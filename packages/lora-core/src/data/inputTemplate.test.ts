import { describe, expect, it } from "vitest";
import { inputTemplate } from "./inputTemplate.ts";

const COLUMNS = ["instruction", "input", "odd {name}"];
const render = (template: string, values: Record<string, string>) =>
  inputTemplate(template, COLUMNS).render((column) => values[column] ?? "");

describe("inputTemplate", () => {
  it("is a column, even one with braces in its name", () => {
    expect(render("instruction", { instruction: " Sort. " })).toBe("Sort.");
    expect(render("odd {name}", { "odd {name}": "x" })).toBe("x");
  });

  it.each([
    ["{instruction}\n\n{input}", "Sort.\n\na mail", "Sort.", "a mail"],
    [
      "### Instruction:\n{instruction}\n\n### Input:\n{input}",
      "### Instruction:\nSort.\n\n### Input:\na mail",
      "### Instruction:\nSort.",
      "### Input:\na mail",
    ],
    ["Do: {instruction}\nWith: {input}", "Do: Sort.\nWith: a mail", "Do: Sort.", "With: a mail"],
    ["{instruction} - {input}", "Sort. - a mail", "Sort.", "a mail"],
    ["{ instruction }: {input}!", "Sort.: a mail!", "Sort.!", "a mail!"],
    ["{{{instruction}}}", "{Sort.}", "{Sort.}", ""],
  ])("%j leaves no trace of what is empty", (template, both, first, second) => {
    expect(render(template, { instruction: "Sort.", input: "a mail" })).toBe(both);
    expect(render(template, { instruction: "Sort.", input: " " })).toBe(first);
    expect(render(template, { input: "a mail" })).toBe(second);
    expect(render(template, {})).toBe("");
  });

  it("keeps the lines of values", () => {
    expect(render("{instruction}\n\n{input}", { instruction: "a\n\n\n{input}", input: "b" })).toBe("a\n\n\n{input}\n\nb");
  });

  it("says what is wrong", () => {
    const refused = (template: string) => () => inputTemplate(template, COLUMNS);
    expect(refused("text")).toThrow('There is no column "text"; the file has: instruction, input, odd {name}.');
    expect(refused("{instruction} {text}")).toThrow('There is no column "text"');
    expect(refused("{instruction")).toThrow("The template has a { without its other half");
    expect(refused("instruction}")).toThrow("The template has a } without its other half");
    expect(refused("{{instruction}}")).toThrow("The template names no column");
  });
});
