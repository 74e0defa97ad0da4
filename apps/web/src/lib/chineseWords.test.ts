/** A Chinese catalogue has no English left in it, but names. */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import { englishIn } from "../../e2e/support/englishIn.ts";

const SOURCES = new URL("../", import.meta.url);
const catalogues = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((path) => /\.zh\.tsx?$/.test(path));

/** All that people read of a source: its texts, without the keys and the imports. */
function textsOf(source: string): readonly string[] {
  const file = ts.createSourceFile("words.tsx", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    const isKey = node.parent && ts.isPropertyAssignment(node.parent) && node.parent.name === node;
    if ((ts.isStringLiteralLike(node) && !isKey) || ts.isJsxText(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      found.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(" § "));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test.each(catalogues.map((path) => [path]))("%s", (path) => {
  expect(textsOf(readFileSync(new URL(path, SOURCES), "utf8")).flatMap(englishIn)).toEqual([]);
});

test("English is found between Chinese words, names are not", () => {
  expect(englishIn("从 step 3 of 9 继续")).toEqual(["step 3 of"]);
  expect(englishIn("正在 waiting for others 等待")).toEqual(["waiting for others"]);
  expect(englishIn("请安装 Hugging Face 的 sentence-transformers，或 Ward A")).toEqual([]);
});
