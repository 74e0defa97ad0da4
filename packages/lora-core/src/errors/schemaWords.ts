/** What a schema refuses, in words for people. The only place that turns its issues into sentences. Pure. */
import type { z } from "zod";
import { say } from "../sayings/saying.ts";
import { type Bound, type ownRule, SCHEMA_SENTENCES, type SchemaSaying } from "./schemaSentences.ts";

type Issue = z.core.$ZodIssue;

export interface SchemaWords {
  /** What a field is called where the reader meets it; undefined leaves it at its own name, in words. The path is empty for all of it. */
  readonly nameOf?: (path: Issue["path"]) => string | undefined;
  /** What was parsed, so that a missing field is told from a wrong one. */
  readonly given?: unknown;
}

/** The first thing that does not fit, as one sentence without its full stop: "Min clients must be at least 1". A name from `nameOf` stays as it is written. */
export function schemaWords(error: z.core.$ZodError, about: SchemaWords = {}): string {
  const issue = innermost(error.issues[0]);
  const text = say(SCHEMA_SENTENCES, schemaSaying(error, about));
  return issue && givenName(issue, about) !== undefined ? text : capitalised(text);
}

/** The same as data. */
export function schemaSaying(error: z.core.$ZodError, about: SchemaWords = {}): SchemaSaying {
  const issue = innermost(error.issues[0]);
  if (!issue) return ["nothingFits"];
  const named = givenName(issue, about);
  if (issue.code === "custom") return ownSentence(issue, named);
  if (issue.code === "unrecognized_keys") return ["unknown", quoted(issue.keys), issue.keys.length];
  const name = named ?? (issue.path.length === 0 ? "the whole of it" : fieldName(issue.path));
  const { given } = about;
  const isMissing = given !== undefined && issue.path.length > 0 && valueAt(given, issue.path) === undefined;
  return ["about", name, isMissing ? ["missing"] : demandOf(issue)];
}

/** Rules of our own come with a sentence that stands beside them; where the reader knows the field by a name, it goes before. */
function ownSentence({ message, params }: Extract<Issue, { code: "custom" }>, name: string | undefined): SchemaSaying {
  const { said }: { readonly said?: unknown } = params ?? {};
  const sentence: SchemaSaying = isRule(said) ? [said] : ["own", message];
  return name === undefined ? sentence : ["ownOf", name, sentence];
}

/** A rule of our own about all of it needs no name. */
const givenName = ({ code, path }: Issue, { nameOf }: SchemaWords): string | undefined =>
  code === "custom" && path.length === 0 ? undefined : nameOf?.(path);

type Rule = Parameters<typeof ownRule>[0];
const isRule = (said: unknown): said is Rule => typeof said === "string" && Object.hasOwn(SCHEMA_SENTENCES, said);

/** Where several forms are possible, what the nearest of them says: the one that was followed deepest. */
function innermost(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const tried = issue.errors.flatMap(([first]) => first ?? []);
  const nearest = tried.toSorted((a, b) => b.path.length - a.path.length)[0];
  return nearest ? innermost({ ...nearest, path: [...issue.path, ...nearest.path] }) : issue;
}

function demandOf(issue: Issue): SchemaSaying {
  switch (issue.code) {
    case "invalid_type":
      return ["kind", issue.expected];
    case "too_small":
      return sizeOf(issue.origin, issue.inclusive === false ? "more than" : "at least", Number(issue.minimum));
    case "too_big":
      return sizeOf(issue.origin, issue.inclusive === false ? "less than" : "at most", Number(issue.maximum));
    case "invalid_value":
      return issue.values.length > 1 ? ["oneOf", issue.values.join(", ")] : ["exactly", String(issue.values[0])];
    case "not_multiple_of":
      return ["multipleOf", Number(issue.divisor)];
    case "invalid_format":
      return [issue.format === "url" ? "address" : "unreadable"];
    case "invalid_union":
      return ["noneKnown"];
    default:
      return ["unfit"];
  }
}

function sizeOf(origin: string, bound: Bound, size: number): SchemaSaying {
  if (origin === "string") return size === 1 ? ["notEmpty"] : ["size", "characters", bound, size];
  return ["size", origin === "array" || origin === "set" || origin === "map" ? "entries" : "value", bound, size];
}

const quoted = (keys: readonly string[]): string =>
  keys
    .slice(0, 3)
    .map((key) => `"${key}"`)
    .join(", ");

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
