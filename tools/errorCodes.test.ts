import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Sources of the product, tests left out. */
function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!/^(node_modules|dist|fixtures|testing|test|e2e|bench)$/.test(entry.name)) yield* sources(path);
    } else if (/\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path)) yield path;
  }
}

const texts = [...sources("packages"), ...sources("apps")].map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

test("every code of the table is thrown somewhere", () => {
  const elsewhere = texts.filter(({ path }) => !path.endsWith("errorTable.ts"));
  const unused = Object.keys(NEXT_STEPS).filter((code) => !elsewhere.some(({ text }) => text.includes(`"${code}"`)));
  expect(unused).toEqual([]);
});

test("nobody decides by the words of a message", () => {
  const byWords = /\.test\((error|failure|reason)?\.?message\)|message\.(match|includes|startsWith)\(/;
  expect(texts.filter(({ text }) => byWords.test(text)).map(({ path }) => path)).toEqual([]);
});
