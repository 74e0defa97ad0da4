/** What fails for a person is told as data, so that a page says it in its own language: docs/adr/0084, and 0085 for what a coordinator refuses. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { linesWith, sources } from "./testing/sources.ts";

/** INVALID_ADAPTER refuses what another program sent. */
const MADE = /(?:\bnew DuetError\(|\bsuper\((?=\s*"[A-Z_]+"))(?!\s*"INVALID_ADAPTER")/g;
/** `told` among its options, or message and options by one of the functions that make both of a saying. */
const AS_DATA = /\btold\b(?!: null)|\.\.\.\w+Failure\(/;

const IN_WORDS: Readonly<Record<string, string>> = {
  "apps/web/src/newFederation/SignIn.tsx": "said in the page's own words",
  "packages/lora-core/src/errors/duetError.ts": "what something else has thrown",
  "packages/lora-engine/src/backends/nodeWebgpu.ts": "a browser never has Node's WebGPU",
};

const told = sources.filter(
  (path) => /^(?:packages\/[\w-]+|apps\/web)\/src\/.*\.tsx?$/.test(path) && !/\.test\.|\/testing\//.test(path),
);
const inWords = told.filter((path) => callsInWords(readFileSync(path, "utf8")).length > 0);

/** A refusal takes a saying, or an error that has one; a text only beside the word that there is no data of it, or where nothing was asked yet. */
const REFUSED = /\btold: null\b|\bRawRefusal\b/;

const REFUSED_IN_WORDS: Readonly<Record<string, string>> = {
  "apps/coordinator/src/createCoordinator.ts": "what engine.io says of a handshake",
  "apps/coordinator/src/gateway/handlers.ts": "a client of an earlier version takes no data",
  "apps/coordinator/src/http/frontDoor.ts": "no page reads why it came no further",
  "apps/coordinator/src/http/rawAnswer.ts": "the same",
  "apps/coordinator/src/http/refusals.ts": "what Fastify says of a request",
};

const refusing = sources.filter((path) => path.startsWith("apps/coordinator/src/"));

test("a coordinator refuses nothing in words alone, but for those that are named here", () => {
  const found = new Set(linesWith(REFUSED, refusing).map((line) => line.replace(/:.*/, "")));
  expect([...found].toSorted()).toEqual(Object.keys(REFUSED_IN_WORDS));
});

test("there is much to look at", () => {
  expect(told.length).toBeGreaterThan(500);
  expect(linesWith(/\bnew Refusal\(/, refusing).length).toBeGreaterThan(75);
});

test("no failure that a page shows is made of a text, but for those that are named here", () => {
  expect(inWords.toSorted()).toEqual(Object.keys(IN_WORDS).toSorted());
});

test.each([
  'throw new DuetError("ROWS", `No line`)',
  'reject(new DuetError("STOPPED", why))',
  'new DuetError(\n  "ROWS",\n  String(error),\n  { cause: error },\n)',
  "new DuetError(code, message)",
  'super("TABLE", message, options)',
  'new DuetError("ROWS", why, { told: null })',
])("%j is found", (text) => {
  expect(callsInWords(text)).toHaveLength(1);
});

test.each([
  'throw workError("ROWS", ["line", line])',
  'new DuetError("ROWS", say(SENTENCES, saying), { told: saying as Told })',
  'super("GGUF", ...modelFailure(["gguf", problem as Told]))',
  'new DuetError("INVALID_ADAPTER", `The upload (all of it) is too long`)',
  "super(message, options)",
])("%j is not", (text) => {
  expect(callsInWords(text)).toEqual([]);
});

/** Calls that make a failure without data of what it says. */
function callsInWords(text: string): string[] {
  return [...text.matchAll(MADE)].map(({ index }) => callAt(text, index)).filter((call) => !AS_DATA.test(call));
}

/** From its name to the parenthesis that closes it; to the end where none does. */
function callAt(text: string, start: number): string {
  let depth = 0;
  for (let at = text.indexOf("(", start); at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}
