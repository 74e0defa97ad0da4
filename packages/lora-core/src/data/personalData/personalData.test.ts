import { expect, it } from "vitest";
import { detectors, findPersonalData } from "./findPersonalData.ts";
import { maskedRow, maskedText } from "./maskedRow.ts";
import { MASKS, PERSONAL_KINDS } from "./personalKind.ts";
import { PersonalTally } from "./personalTally.ts";

const found = (text: string) => findPersonalData(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
const ALL = new Set(PERSONAL_KINDS);

it("no expression repeats anything without end, so that time is in proportion to the text", () => {
  for (const { expression } of detectors) {
    const withoutClasses = expression.source.replace(/\\./g, "x").replace(/\[(?:[^\]])*\]/g, "c");
    expect(withoutClasses).not.toMatch(/[*+]|\{\d+,\}/);
    expect(expression.flags).toContain("g");
  }
});

it.each([
  ["digits", "1".repeat(300_000)],
  ["digits and blanks", "1 ".repeat(150_000)],
  ["digits and dots", "1.".repeat(150_000)],
  ["digits and dashes", "4111-1111-".repeat(30_000)],
  ["plus signs and brackets", "+1 (".repeat(75_000)],
  ["capitals", "A".repeat(300_000)],
  ["words with capitals", "Anna ".repeat(60_000)],
  ["particles", "Dr. von der ".repeat(25_000)],
  ["a mail address without an end", `a@${"a.".repeat(150_000)}`],
  ["many at signs", "a@".repeat(150_000)],
  ["colons", "a:".repeat(150_000)],
  ["Chinese", "王".repeat(100_000)],
  ["street words", "1 Aa ".repeat(60_000)],
  ["cues", "Patient number is ".repeat(16_000)],
  ["account groups", "DE89 ".repeat(60_000)],
])(
  "a hostile text of %s is read in no more than its time",
  (_, text) => {
    expect(findPersonalData(text).every(({ start, end }) => end > start && end - start < 200)).toBe(true);
  },
  60_000,
);

it.each([
  ["Ring me on 0043 1 58858 0 please", ["phone: 0043 1 58858 0"]],
  ["电话：010-62345678", ["phone: 010-62345678"]],
  ["身份证440524188001010014。", ["nationalId: 440524188001010014"]],
  ["身份证440524188001010015。", []],
  ["4111 1111 1111 1112", []],
  ["de89 3704 0044 0532 0130 00 thanks", ["iban: de89 3704 0044 0532 0130 00"]],
  ["DE88 3704 0044 0532 0130 00", []],
  ["a@b, @home, me@localhost", []],
  ["MARIA SCHMIDT, MARIA HOSPITAL", ["name: MARIA SCHMIDT"]],
  ["Jean-Pierre de la Tour paid", ["name: Jean-Pierre de la Tour"]],
  ["x".repeat(5), []],
  ["", []],
  ["\u{1F469}\u200D\u{1F680} my name is Anna \u{1F600}", ["name: Anna"]],
])("%j", (text, expected) => {
  expect(found(text)).toEqual(expected);
});

it("masks are stable: what is masked is found no more, and masking twice is masking once", () => {
  const text = "Mr. Hart, 4 March 1990, born 04/11/1978, 221 Baker Street, hart@example.com, +44 20 7946 0958, 10.0.0.7";
  const once = maskedText(text, ALL);
  expect(once).toBe("Mr. [name], 4 March 1990, born [date of birth], [address], [mail], [phone], [ip]");
  expect(maskedText(once, ALL)).toBe(once);
  expect(findPersonalData(Object.values(MASKS).join(" "))).toEqual([]);
});

it("only the chosen kinds are masked", () => {
  expect(maskedText("hart@example.com from 10.0.0.7", new Set(["mail"]))).toBe("[mail] from 10.0.0.7");
});

const label = { kind: "label" as const, labels: ["Anna Hart", "b"] };
const row = { line: 1, input: "I am at a@b.org", answer: "Anna Hart" };

it("labels stay as they are, answers that are texts are masked, and so is every turn", () => {
  expect(maskedRow(row, ALL, label)).toEqual({ line: 1, input: "I am at [mail]", answer: "Anna Hart" });
  expect(maskedRow(row, ALL, { kind: "text" }).answer).toBe("[name]");
  const turns = [
    { role: "user", content: "write to a@b.org" },
    { role: "assistant", content: "To a@b.org?" },
    { role: "user", content: "yes" },
  ] as const;
  const talk = maskedRow({ ...row, turns }, ALL, { kind: "text" });
  expect(JSON.stringify(talk)).not.toContain("a@b.org");
  expect(talk.turns?.map(({ content }) => content)).toEqual(["write to [mail]", "To [mail]?", "yes"]);
});

it("a report counts rows and kinds, with few and short examples", () => {
  const tally = new PersonalTally(label);
  for (let i = 0; i < 9; i++)
    tally.add({ line: i, input: `a${i}@example.org and ${i}${"x".repeat(60)}@example.org`, answer: "b" });
  tally.add({ line: 9, input: "nothing here", answer: "Anna Hart" });
  const { rows, rowsFound, kinds } = tally.report();
  expect({ rows, rowsFound, counts: kinds.map(({ kind, count }) => [kind, count]) }).toEqual({
    rows: 10,
    rowsFound: 9,
    counts: [["mail", 18]],
  });
  expect(kinds[0]?.examples).toHaveLength(3);
  expect(Math.max(...(kinds[0]?.examples ?? []).map(({ length }) => length))).toBe(41);
});
