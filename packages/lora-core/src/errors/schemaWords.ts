/** What a schema refuses, in words for people. The only place that turns its issues into sentences. Pure. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

export interface SchemaWords {
  /** What a field is called where the reader meets it; undefined leaves it at its own name, in words. The path is empty for all of it. */
  readonly nameOf?: (path: Issue["path"]) => string | undefined;
  /** What was parsed, so that a missing field is told from a wrong one. */
  readonly given?: unknown;
}

/** The first thing that does not fit, as one sentence without its full stop: "Min clients must be at least 1". */
export function schemaWords(error: z.core.$ZodError, { nameOf, given }: SchemaWords = {}): string {
  const issue = innermost(error.issues[0]);
  if (!issue) return "Something in it does not fit";
  if (issue.code === "custom") return ownSentence(issue, nameOf);
  const name = nameOf?.(issue.path) ?? capitalised(issue.path.length === 0 ? "the whole of it" : fieldName(issue.path));
  if (issue.code === "unrecognized_keys") return capitalised(`${unknownKeys(issue.keys)} not known here`);
  const isMissing = given !== undefined && issue.path.length > 0 && valueAt(given, issue.path) === undefined;
  return `${name} ${isMissing ? "is missing" : demandOf(issue)}`;
}

/** Rules of our own come with a sentence that stands beside them; where the reader knows the field by a name, it goes before. */
function ownSentence({ path, message }: Issue, nameOf: SchemaWords["nameOf"]): string {
  const name = path.length > 0 ? nameOf?.(path) : undefined;
  return name === undefined ? capitalised(message) : `${name}: ${message}`;
}

/** Where several forms are possible, what the nearest of them says: the one that was followed deepest. */
function innermost(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const tried = issue.errors.flatMap(([first]) => first ?? []);
  const nearest = tried.toSorted((a, b) => b.path.length - a.path.length)[0];
  return nearest ? innermost({ ...nearest, path: [...issue.path, ...nearest.path] }) : issue;
}

function demandOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? "of another kind"}`;
    case "too_small":
      return sizeWords(issue.origin, issue.inclusive === false ? "more than" : "at least", Number(issue.minimum));
    case "too_big":
      return sizeWords(issue.origin, issue.inclusive === false ? "less than" : "at most", Number(issue.maximum));
    case "invalid_value":
      return issue.values.length > 1 ? `must be one of ${issue.values.join(", ")}` : `must be ${String(issue.values[0])}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.format === "url"
        ? "must be an address that begins with http:// or https://"
        : "is not written as it should be";
    case "invalid_union":
      return "is none of those known here";
    default:
      return "does not fit";
  }
}

function sizeWords(origin: string, bound: string, size: number): string {
  const limit = Math.abs(size) >= Number.MAX_SAFE_INTEGER ? "what can be counted" : String(size);
  if (origin === "string") return size === 1 ? "must not be empty" : `must have ${bound} ${limit} characters`;
  if (origin === "array" || origin === "set" || origin === "map")
    return `must have ${bound} ${limit} ${size === 1 ? "entry" : "entries"}`;
  return `must be ${bound} ${limit}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "yes or no",
  array: "a list",
  tuple: "a list",
  object: "a group of fields",
  record: "a group of fields",
  null: "left empty",
};

const unknownKeys = (keys: readonly string[]): string =>
  `${keys
    .slice(0, 3)
    .map((key) => `"${key}"`)
    .join(", ")} ${keys.length === 1 ? "is" : "are"}`;

/** ["config", "roundDeadlineSeconds"] is "round deadline seconds"; an entry of a list is "labels, entry 3". */
function fieldName(path: Issue["path"]): string {
  const last = path.findLastIndex((part) => typeof part === "string");
  const words = String(path[last] ?? "entry")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
  const index = path[last + 1];
  return typeof index === "number" ? `${words}, entry ${index + 1},` : words;
}

function valueAt(value: unknown, path: Issue["path"]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
