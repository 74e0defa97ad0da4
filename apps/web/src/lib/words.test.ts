import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";

const SOURCES = new URL("../", import.meta.url);
const paths = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
const catalogueAt = (path: string) => import(/* @vite-ignore */ new URL(path, SOURCES).href);
const english = paths.filter((path) => /words\.en\.tsx?$/.test(path)).map((path) => path.replaceAll("\\", "/"));

/** Of every message its path, with how many parameters it takes; null of a plain text. */
function messagesOf(words: object, at = ""): readonly (readonly [string, number | null])[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const path = `${at}/${key}`;
    if (typeof value === "function") return [[path, value.length] as const];
    if (typeof value === "object" && value !== null) return messagesOf(value, path);
    return [[path, null] as const];
  });
}

function textsOf(words: object): readonly unknown[] {
  return Object.values(words).flatMap((value: unknown) =>
    typeof value === "object" && value !== null ? textsOf(value) : [value],
  );
}

test("there are catalogues, and each folder's is there in both languages", () => {
  expect(english.length).toBeGreaterThan(5);
  expect(paths.filter((path) => /words\.zh\.tsx?$/.test(path)).length).toBe(english.length);
});

test.each(english.map((path) => [dirname(path), path]))(
  "%s says in both languages the same things about the same things",
  async (_, path) => {
    const [{ en }, { zh }] = await Promise.all([catalogueAt(path), catalogueAt(path.replace(".en.", ".zh."))]);
    expect(messagesOf(zh).toSorted()).toEqual(messagesOf(en).toSorted());
    for (const text of [...textsOf(en), ...textsOf(zh)]) expect(text).not.toBe("");
  },
);
