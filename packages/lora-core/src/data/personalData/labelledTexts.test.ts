/** How good the scan is on the committed texts, as docs/privacy.md says it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findPersonalData } from "./findPersonalData.ts";
import { type Finding, PERSONAL_KINDS } from "./personalKind.ts";

interface Labelled {
  readonly text: string;
  readonly wanted: readonly Finding[];
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const lines = read("../../../fixtures/personalData/labelled.txt").split("\n");
const labelled = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => parse(line.split("\t")[1] ?? ""));

/** ⟦kind:text⟧ marks what is personal. */
function parse(marked: string): Labelled {
  const wanted: Finding[] = [];
  let text = "";
  for (const piece of marked.split(/(⟦[^⟧]*⟧)/)) {
    const [, kind, value] = /^⟦(\w+):(.*)⟧$/.exec(piece) ?? [];
    const end = text.length + (value ?? piece).length;
    if (kind && value) wanted.push({ kind: kind as Finding["kind"], start: text.length, end });
    text += value ?? piece;
  }
  return { text, wanted };
}

const same = (a: Finding, b: Finding) => a.kind === b.kind && a.start === b.start && a.end === b.end;

it("precision and recall, to the character, are those of the documentation's table", () => {
  const found = labelled.map(({ text, wanted }) => ({ wanted, got: findPersonalData(text) }));
  const rows = PERSONAL_KINDS.map((kind) => {
    const wanted = found.flatMap((each) => each.wanted.filter((one) => one.kind === kind));
    const got = found.flatMap((each) => each.got.filter((one) => one.kind === kind));
    const right = found.flatMap((each) => each.got.filter((one) => one.kind === kind && each.wanted.some((w) => same(w, one))));
    const share = (of: number) => (right.length / of).toFixed(2);
    return `| ${kind} | ${wanted.length} | ${share(got.length)} | ${share(wanted.length)} |`;
  });
  const table = read("../../../../../docs/privacy.md")
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
  expect(rows.filter((row) => !table.includes(row))).toEqual([]);
});
