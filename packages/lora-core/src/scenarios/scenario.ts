/** Built-in sample data: a task and what each client holds of it. */
import type { Row } from "../data/row.ts";
import type { Task } from "../data/task.ts";

export interface ScenarioClient {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface Scenario {
  readonly id: "medical" | "logs";
  readonly title: string;
  /** One sentence saying what the rows are and where they come from. */
  readonly description: string;
  /** True when the rows were generated, false when people wrote them. */
  readonly synthetic: boolean;
  readonly task: Task;
  /** The same for the same options, whatever the machine. No text is at two clients. */
  readonly clients: readonly ScenarioClient[];
}

/** The i-th of `names`, numbered once they run out: "Emergency", …, "Emergency 2". */
export function clientName(names: readonly string[], index: number): string {
  const name = names[index % names.length] ?? "Client";
  const turn = Math.floor(index / names.length) + 1;
  return turn === 1 ? name : `${name} ${turn}`;
}
