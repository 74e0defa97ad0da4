/** Log messages as templates: "[a|b]" is one of the alternatives, "{slot}" a value such as an address or a count. */
import type { Random } from "../../tensors/random.ts";

/** The labels of the task, from harmless to worst. No template contains one of these words. */
export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface LogFamily {
  readonly name: string;
  readonly templates: Readonly<Record<Severity, readonly string[]>>;
}

const below = (uniform: Random, limit: number) => Math.floor(uniform() * limit);
const oneOf = (uniform: Random, items: readonly string[]) => items[below(uniform, items.length)] ?? "";
const digits = (uniform: Random, length: number, base: number) =>
  Array.from({ length }, () => below(uniform, base).toString(base)).join("");

const USERS = ["amira", "bjorn", "chidi", "daria", "emeka", "farah", "goran", "hanako", "ines", "jonas", "kavya", "lucia"];
const SERVICES = [
  "billing",
  "catalog",
  "search",
  "mailer",
  "reports",
  "gateway",
  "inventory",
  "profiles",
  "uploads",
  "thumbnails",
];
const TABLES = [
  "orders",
  "customers",
  "invoices",
  "sessions",
  "shipments",
  "ledger",
  "tickets",
  "devices",
  "payments",
  "readings",
];

/** Values of the slots. */
const SLOTS: Readonly<Record<string, (uniform: Random) => string>> = {
  n: (uniform) => String(2 + below(uniform, 900)),
  ms: (uniform) => `${1 + below(uniform, 9000)} ms`,
  pct: (uniform) => `${1 + below(uniform, 99)}%`,
  mb: (uniform) => `${1 + below(uniform, 4000)} MB`,
  ip: (uniform) => `10.${below(uniform, 256)}.${below(uniform, 256)}.${1 + below(uniform, 254)}`,
  port: (uniform) => String(1024 + below(uniform, 60000)),
  host: (uniform) => `${oneOf(uniform, ["node", "rack", "edge"])}-${10 + below(uniform, 90)}`,
  hex: (uniform) => `0x${digits(uniform, 8, 16)}`,
  id: (uniform) => `${oneOf(uniform, ["a", "c", "k", "t"])}${digits(uniform, 7, 10)}`,
  path: (uniform) => `/srv/${oneOf(uniform, SERVICES)}/${oneOf(uniform, TABLES)}-${below(uniform, 1000)}`,
  user: (uniform) => oneOf(uniform, USERS),
  service: (uniform) => oneOf(uniform, SERVICES),
  table: (uniform) => oneOf(uniform, TABLES),
};

/** One message. @throws {RangeError} when the template has a slot that is not known. */
export function renderTemplate(template: string, uniform: Random): string {
  return template
    .replace(/\[([^\]]*)\]/g, (_, alternatives: string) => oneOf(uniform, alternatives.split("|")))
    .replace(/\{(\w+)\}/g, (_, slot: string) => {
      const value = SLOTS[slot];
      if (!value) throw new RangeError(`The template "${template}" has an unknown slot {${slot}}`);
      return value(uniform);
    });
}
