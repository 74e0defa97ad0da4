/** A strategy with its config filled in: what the coordinator and the clients work with. */
import type { RobustnessConfig } from "../robustness/robustnessConfig.ts";
import type { FirstRound } from "../schedule/roundNumbers.ts";
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Aggregation, Budgets, Contribution, PlanContext, RoundPlan, ServerState, TaskKind, Weighting } from "./strategy.ts";

export interface Method {
  readonly id: string;
  readonly label: string;
  readonly summary: string;
  readonly firstRound: FirstRound;
  readonly weighting: Weighting;
  /** Whether what clients receive differs from client to client. */
  readonly downloadsDiffer: boolean;
  /** Whether it averages products of factors. */
  readonly averagesProducts: boolean;
  /** Why it cannot do a task of this kind; null where it can. */
  refusal(task: TaskKind): string | null;
  /** Why it cannot be protected so; null where it can. */
  robustnessRefusal(robustness: RobustnessConfig): string | null;
  /** Why what its clients share cannot be summed so; null where it can. */
  aggregationRefusal(aggregation: Aggregation): string | null;
  plan(budgets: Budgets, context: PlanContext): RoundPlan;
  init(initial: NamedTensors): ServerState;
  /** What this client receives in a round that receives. */
  download(state: ServerState, clientId: string): NamedTensors;
  aggregate(state: ServerState, contributions: readonly Contribution[], round: number): ServerState;
}
