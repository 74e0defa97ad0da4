/** What a person reads in apps/web stands in the catalogues (words.en.ts and words.zh.ts), never in a component: docs/adr/0067. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import { sources } from "./testing/sources.ts";

/** What a browser shows or reads out of an element's attributes, and what our components show of theirs. */
const SPOKEN = /^(?:aria-label|aria-valuetext|alt|title|placeholder|label|description|data-label|hint|instead|summary|yTitle)$/;
/** Names of the thing itself, the same in every language. */
const NAMES = new Set(["Duet", "SVG", "PNG", "owner/name"]);

/** Texts for people that stand in a component, with their lines. */
function bareTexts(source: string): readonly string[] {
  const file = ts.createSourceFile("component.tsx", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node)?.trim();
    if (text && /\p{L}{2}/u.test(text) && !NAMES.has(text)) {
      found.push(`${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}: ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function textOf(node: ts.Node): string | null {
  if (ts.isJsxText(node)) return node.text;
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return null;
  const isSpoken = ts.isJsxAttribute(node.parent) && SPOKEN.test(node.parent.name.getText());
  const holder = ts.isJsxExpression(node.parent) ? node.parent.parent : null;
  const isSpokenExpression = holder !== null && (!ts.isJsxAttribute(holder) || SPOKEN.test(holder.name.getText()));
  if (!isSpoken && !isSpokenExpression) return null;
  return ts.isTemplateExpression(node)
    ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(" ")
    : node.text;
}

const FOLDERS = ["adapters", "app", "connect", "dashboard", "front", "newFederation", "pages", "playground", "team", "ui"];
const components = sources.filter((path) => /^apps\/web\/src\/.*\.tsx$/.test(path) && !/words\.\w+\.tsx$/.test(path));
const done = components.filter((path) => FOLDERS.includes(path.split("/")[3] ?? ""));

test.each(done.map((path) => [path]))("%s has no text of its own", (path) => {
  expect(bareTexts(readFileSync(path, "utf8"))).toEqual([]);
});

test("what keeps what it drew asks for the language", () => {
  const keeping = done.filter((path) => /\b(?:memo|useMemo)\(/.test(readFileSync(path, "utf8")));
  expect(keeping.filter((path) => !/useLanguage\(|QrCode/.test(readFileSync(path, "utf8") + path))).toEqual([]);
});

test("English plurals are made in English catalogues alone", () => {
  const others = sources.filter((path) => path.startsWith("apps/web/src/") && !/words\.en\.tsx?$/.test(path));
  expect(others.filter((path) => /import .*plural\.ts"/.test(readFileSync(path, "utf8")))).toEqual([]);
});

test("a text is found however it stands there", () => {
  const bare = [
    "<p>Here now</p>",
    '<p title="Here now" />',
    "<p>{`Round $" + "{round}`}</p>",
    '<p aria-label={"Here now"} />',
    '<p>{"Here now"}</p>',
  ];
  for (const source of bare) expect(bareTexts(source), source).toHaveLength(1);
  const fine = ["<p>{words.hereNow}</p>", '<p className="here now" />', "<p>· 3 {x} %</p>", '<Link to="/new" />', "<b>Duet</b>"];
  for (const source of fine) expect(bareTexts(source), source).toEqual([]);
});
