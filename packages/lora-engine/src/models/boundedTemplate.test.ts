import { Template } from "@huggingface/jinja";
import { expect, test } from "vitest";
import { boundedTemplate } from "./boundedTemplate.ts";

const NEVER = "does not come to an end";
const doubled = (value: string, times: number) => `{% set x = ${value} %}${"{% set x = x + x %}".repeat(times)}{{ x|length }}`;

test.each([
  ["loops in loops", "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", NEVER],
  [
    "a macro that calls itself twice",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    NEVER,
  ],
  ["a macro that calls itself for ever", "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}", "calls itself for ever"],
  ["a range without an end", "{% for a in range(1000000000) %}{% endfor %}", "range() gives at most"],
  ["a range that steps by nothing", "{{ range(1, 2, 0)|length }}", "range() gives at most"],
  ["a list that doubles", doubled("[1]", 40), NEVER],
  ["a text that doubles", doubled("'aaaaaaaa'", 40), NEVER],
  ["a long list that is read often", `${"{% set x = range(99999) %}"}{% for a in range(99999) %}{{ x|join }}{% endfor %}`, NEVER],
  [
    "a long text that is read often",
    `{% set x = 'a' %}${"{% set x = x + x %}".repeat(20)}{% for a in range(99999) %}{{ x|upper|length }}{% endfor %}`,
    NEVER,
  ],
])("%s ends with a sentence", (_, source, complaint) => {
  expect(() => boundedTemplate(source)({})).toThrow(complaint);
});

test("a template of endless length is not read", () => {
  expect(() => boundedTemplate("{{ 'a' }}".repeat(1e5))).toThrow("longer than");
});

test.each([
  "{% for m in messages %}{{ loop.index }} {{ m.role|upper }}: {{ m['content']|trim }}\n{% endfor %}{{ True and not none }}",
  "{{ range(3)|join(',') }}/{{ range(2, 9, 3)|join(',') }}/{{ range(3, 0, -1)|join(',') }}/{{ range(5, 2)|length }}",
  "{% macro ask(m) %}<{{ m.content }}>{% endmacro %}{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{{ ask(m) }}{% endfor %}{{ ns.n }}",
  "{% for a in range(900) %}{% if a is odd %}{% continue %}{% endif %}{{ a }}{% if a > 800 %}{% break %}{% endif %}{% endfor %}",
  "{{ strftime_now('%Y') }}{{ messages|tojson }}{% if tools is defined %}tools{% endif %}",
])("what ends is as the library makes it: %s", (source) => {
  const messages = [
    { role: "user", content: " a " },
    { role: "assistant", content: "b" },
  ];
  const variables = { messages, add_generation_prompt: true };
  expect(boundedTemplate(source)(variables)).toBe(new Template(source).render(variables));
});

test("what a template complains of is passed on", () => {
  expect(() => boundedTemplate("{{ raise_exception('Only users ask') }}")({})).toThrow("Only users ask");
});
