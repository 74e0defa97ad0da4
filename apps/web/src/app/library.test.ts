import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = "apps/web/src";
const sheets = join(dirname(createRequire(import.meta.url).resolve("@mantine/core/styles.css")), "styles");

test("every component that the page takes from the library has its sheet", () => {
  const texts = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".tsx"))
    .map((path) => readFileSync(join(SOURCES, path), "utf8"));
  const imports = texts.flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)]);
  const names = new Set(imports.flatMap(([, list = ""]) => list.split(",").map((name) => name.trim())));
  const styled = [...names].filter((name) => existsSync(join(sheets, `${name}.css`)));
  expect(styled.length).toBeGreaterThan(10);
  const taken = readFileSync(join(SOURCES, "app/library.css"), "utf8");
  expect(styled.filter((name) => !taken.includes(`/${name}.css"`))).toEqual([]);
});
