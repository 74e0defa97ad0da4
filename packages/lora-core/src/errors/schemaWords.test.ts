import { expect, test } from "vitest";
import { z } from "zod";
import { schemaWords } from "./schemaWords.ts";

const form = z.strictObject({
  name: z.string().trim().min(1).max(5),
  rounds: z.number().int().min(1).max(200),
  share: z.number().positive(),
  backend: z.enum(["wasm", "cpu"]).optional(),
  labels: z.array(z.string().min(2)).min(2).optional(),
  hub: z.url({ protocol: /^https?$/ }).optional(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  unit: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("label"), labels: z.array(z.string()) }),
      z.strictObject({ kind: z.literal("text") }),
    ])
    .optional(),
  either: z.union([z.number(), z.strictObject({ everySteps: z.number().int() })]).optional(),
});
const right = { name: "ward", rounds: 4, share: 0.5 };

function wordsFor(changed: Record<string, unknown>): string {
  const given = { ...right, ...changed };
  const parsed = form.safeParse(given);
  if (parsed.success) throw new Error("it fits");
  return schemaWords(parsed.error, { given });
}

test.each([
  [{ rounds: undefined }, "Rounds is missing"],
  [{ rounds: "4" }, "Rounds must be a number"],
  [{ rounds: 1.5 }, "Rounds must be a whole number"],
  [{ rounds: 0 }, "Rounds must be at least 1"],
  [{ rounds: 201 }, "Rounds must be at most 200"],
  [{ rounds: Number.NaN }, "Rounds must be a number"],
  [{ share: 0 }, "Share must be more than 0"],
  [{ name: " " }, "Name must not be empty"],
  [{ name: "too long" }, "Name must have at most 5 characters"],
  [{ backend: "gpu" }, "Backend must be one of wasm, cpu"],
  [{ labels: ["ab"] }, "Labels must have at least 2 entries"],
  [{ labels: ["ab", "c"] }, "Labels, entry 2, must have at least 2 characters"],
  [{ hub: "ftp://x" }, "Hub must be an address that begins with http:// or https://"],
  [{ hash: "abc" }, "Hash is not written as it should be"],
  [{ colour: "red" }, '"colour" is not known here'],
  [{ unit: { kind: "table" } }, "Kind is none of those known here"],
  [{ either: { everySteps: "x" } }, "Every steps must be a number"],
])("%j: %s", (changed, words) => {
  const said = wordsFor(changed);
  expect(said).toBe(words);
  expect(said).not.toMatch(/Invalid|expected|received|pattern|\/\^/);
});

test("a rule's own sentence stands as it is, and a field is called what its reader calls it", () => {
  const pair = z
    .object({ least: z.number(), most: z.number() })
    .refine(({ least, most }) => least <= most, "the least is more than the most");
  const crossed = pair.safeParse({ least: 3, most: 2 });
  expect(crossed.error && schemaWords(crossed.error)).toBe("The least is more than the most");
  const field = z
    .object({ base: z.string().refine((text) => text.startsWith("/"), "write it as /duet") })
    .safeParse({ base: "duet" });
  expect(field.error && schemaWords(field.error, { nameOf: ([name]) => `--${String(name)}` })).toBe("--base: write it as /duet");
  expect(field.error && schemaWords(field.error)).toBe("Write it as /duet");
  const wrong = pair.safeParse({ least: "x", most: 2 });
  expect(wrong.error && schemaWords(wrong.error, { nameOf: ([field]) => `--${String(field)}` })).toBe("--least must be a number");
  const nothing = pair.safeParse(null);
  expect(nothing.error && schemaWords(nothing.error, { given: null })).toBe("The whole of it must be a group of fields");
});
