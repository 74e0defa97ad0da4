/**
 * "System logs": messages from our own templates; from the message, say how severe it is.
 * Every client mostly sees one family of systems and has its own share of anomalies (everything above "info").
 */

import type { Row } from "../../data/row.ts";
import { type Random, random } from "../../tensors/random.ts";
import { SAMPLES } from "../samples.ts";
import { clientName, type Scenario } from "../scenario.ts";
import { weightedPick } from "../weightedPick.ts";
import { authentication } from "./authentication.ts";
import { database } from "./database.ts";
import { kernel } from "./kernel.ts";
import { type LogFamily, renderTemplate, SEVERITIES, type Severity } from "./logTemplate.ts";
import { webServer } from "./webServer.ts";

export interface LogsScenarioOptions {
  readonly clients: number;
  readonly seed: number;
  /** Rows of every client. */
  readonly rowsPerClient?: number;
}

export const LOG_FAMILIES: readonly LogFamily[] = [webServer, kernel, database, authentication];
/** Share of a client's messages that come from its own family; the others share the rest. */
const OWN_FAMILY = 0.8;
/** Shares of info, warning, error and critical by client: the rate of anomalies runs from 0.35 to 0.75. */
const SEVERITY_MIXES: readonly (readonly number[])[] = [
  [0.55, 0.25, 0.15, 0.05],
  [0.25, 0.2, 0.35, 0.2],
  [0.4, 0.15, 0.3, 0.15],
  [0.65, 0.2, 0.05, 0.1],
];
const DEFAULT_ROWS = 300;
const MAX_DRAWS_PER_ROW = 200;

/**
 * No message occurs twice, at one client or at two.
 * @throws {RangeError} when the templates cannot give so many different messages.
 */
export function logsScenario(options: LogsScenarioOptions): Scenario {
  const { clients, seed, rowsPerClient = DEFAULT_ROWS } = options;
  const seen = new Set<string>();
  const names = LOG_FAMILIES.map(({ name }) => `${name} team`);
  return {
    id: "logs",
    title: SAMPLES.logs.title,
    description:
      "Synthetic messages written by a generator of this project, not taken from real systems; each client mostly sees one family of systems.",
    synthetic: true,
    task: { kind: "label", labels: [...SEVERITIES] },
    clients: Array.from({ length: clients }, (_, client) => {
      const uniform = random(seed, "logsScenario", client);
      const rows = Array.from({ length: rowsPerClient }, (__, index) => ({
        line: index + 1,
        ...newMessage(client, seen, uniform),
      }));
      return { name: clientName(names, client), rows };
    }),
  };
}

/** A message that was not drawn before; it is added to `seen`. */
function newMessage(client: number, seen: Set<string>, uniform: Random): Omit<Row, "line"> {
  for (let draw = 0; draw < MAX_DRAWS_PER_ROW; draw++) {
    const severity = weightedPick(severityWeights(client), uniform);
    const templates = familyOf(client, uniform).templates[severity];
    const template = templates[Math.floor(uniform() * templates.length)] ?? "";
    const input = renderTemplate(template, uniform);
    if (seen.has(input)) continue;
    seen.add(input);
    return { input, answer: severity };
  }
  throw new RangeError("The log templates cannot give so many different messages; ask for fewer rows or clients.");
}

function familyOf(client: number, uniform: Random): LogFamily {
  const own = client % LOG_FAMILIES.length;
  const others = (1 - OWN_FAMILY) / (LOG_FAMILIES.length - 1);
  return weightedPick(new Map(LOG_FAMILIES.map((family, index) => [family, index === own ? OWN_FAMILY : others])), uniform);
}

function severityWeights(client: number): ReadonlyMap<Severity, number> {
  // The second client of a family takes the next mix.
  const turn = Math.floor(client / LOG_FAMILIES.length);
  const mix = SEVERITY_MIXES[(client + turn) % SEVERITY_MIXES.length] ?? [];
  return new Map(SEVERITIES.map((severity, index) => [severity, mix[index] ?? 0]));
}
