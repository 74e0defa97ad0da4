/** The methods by what a client ends up with, read off their plans. Pure. */

import { plansOf, servesBy, sharesAdapters } from "@duet/lora-core/strategies/planFacts";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets } from "@duet/lora-core/strategies/strategy";
import { trainingsIn } from "@duet/lora-core/strategies/trainings";
import { budgetsOf, methodIn } from "./federationForm.ts";
import { methodChoices } from "./formChoices.ts";

/** own: one's own, which something common has helped; mixed: one's own and a common adapter together; common: the same for all; alone: nothing is exchanged. */
export const METHOD_GROUPS = ["own", "mixed", "common", "alone"] as const;
export type MethodGroupId = (typeof METHOD_GROUPS)[number];

export interface MethodGroup {
  readonly id: MethodGroupId;
  /** As {@link methodChoices} has them. */
  readonly methods: ReturnType<typeof methodChoices>;
  /** Whether what somebody gets who chooses no method is among them. */
  readonly isProposed: boolean;
}

/** Every method in one of them; no group is empty. */
export function methodGroups(form: Parameters<typeof budgetsOf>[0]): readonly MethodGroup[] {
  const budgets = budgetsOf(form);
  const grouped = methodChoices().map((choice) => ({ choice, group: groupOf(methodIn({ method: choice.value }), budgets) }));
  return METHOD_GROUPS.map((id) => {
    const methods = grouped.filter(({ group }) => group === id).map(({ choice }) => choice);
    return { id, methods, isProposed: grouped[0]?.group === id };
  });
}

function groupOf(method: Method, budgets: Budgets): MethodGroupId {
  if (!sharesAdapters(method, budgets)) return "alone";
  const serve = servesBy(method, budgets);
  if (serve?.kind === "fuse" || serve?.kind === "sum") return "mixed";
  return serve?.slot === "personal" || keepsPart(method, budgets) ? "own" : "common";
}

/** A part of the shared adapter is trained and never received: it stays each one's own. */
function keepsPart(method: Method, budgets: Budgets): boolean {
  const plans = plansOf(method, budgets);
  const received = new Set(plans.flatMap(({ receive }) => (receive ? [JSON.stringify(receive.part)] : [])));
  const trained = plans.flatMap(({ steps }) =>
    trainingsIn(steps).flatMap(({ slot, part = "all" }) => (slot === "shared" ? [JSON.stringify(part)] : [])),
  );
  return !received.has(JSON.stringify("all")) && trained.some((part) => !received.has(part));
}
