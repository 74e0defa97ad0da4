/**
 * Facts of a method under given budgets, read off its own plans, so that nobody has to know a method by name. Pure.
 * They follow a client that is there from the first round to the last.
 */
import type { AdapterConfig } from "../adapters/adapterConfig.ts";
import { PROTOTYPES_KEY } from "../adapters/adapterLayout.ts";
import { entriesOf } from "../adapters/adapterPart.ts";
import { fusingRound, roundNumbers } from "../schedule/roundNumbers.ts";
import type { Budget } from "../training/trainingConfig.ts";
import type { Method } from "./registry.ts";
import type { AdapterSlot, Budgets, LocalStep, RoundPlan, Serve, TrainStep, Upload } from "./strategy.ts";
import { trainingsIn } from "./trainings.ts";

/** The plan of every round, in order. */
export function plansOf(method: Method, budgets: Budgets): readonly RoundPlan[] {
  return roundNumbers(method.firstRound, budgets.rounds).map((round) => method.plan(budgets, { round, isNewcomer: false }));
}

/** The budget of every training, in order. */
export function trainingsOf(method: Method, budgets: Budgets): readonly Budget[] {
  return stepsTrained(method, budgets).map(({ budget }) => budget);
}

/** True when something of an adapter is sent. */
export function sharesAdapters(method: Method, budgets: Budgets): boolean {
  return plansOf(method, budgets).some(({ upload }) => upload !== null);
}

/** True when some training looks at the counts of a client's labels, which differential privacy of rows does not cover. */
export function readsLabelCounts(method: Method, budgets: Budgets): boolean {
  return stepsTrained(method, budgets).some(({ balanced }) => balanced);
}

/** True when both adapters are trained on the same batches. */
export function trainsBoth(method: Method, budgets: Budgets): boolean {
  return plansOf(method, budgets).some(({ steps }) => steps.some(({ kind }) => kind === "trainBoth"));
}

/** How the last round makes what a client serves. */
export function servesBy(method: Method, budgets: Budgets): Serve | null {
  return method.plan(budgets, { round: fusingRound(budgets.rounds), isNewcomer: false }).serve;
}

/** True when clients learn something that is theirs alone. */
export function trainsPersonal(method: Method, budgets: Budgets): boolean {
  return stepsTrained(method, budgets).some(({ slot }) => slot === "personal");
}

function stepsTrained(method: Method, budgets: Budgets): readonly TrainStep[] {
  return plansOf(method, budgets).flatMap(({ steps }) => trainingsIn(steps));
}

/** What a slot holds: which value, and whether anything was learned from the client's rows in it. */
interface Held {
  readonly value: number;
  readonly isLearned: boolean;
}

/**
 * True when at some time the personal adapter holds, learned from the client's rows, what was also uploaded: it was sent itself, or
 * it was set to something that had been sent or is sent in the same round.
 */
export function personalLeaves(method: Method, budgets: Budgets): boolean {
  let values = 0;
  const fresh = (isLearned: boolean): Held => ({ value: ++values, isLearned });
  const held: Record<AdapterSlot, Held> = { personal: fresh(false), shared: fresh(false) };
  const sent = new Set<number>();
  const isKnown = () => held.personal.isLearned && sent.has(held.personal.value);
  for (const [at, { receive, steps, upload }] of plansOf(method, budgets).entries()) {
    // Where only a part comes, the rest of the slot stays what the client learned.
    if (receive) held.shared = fresh(held.shared.isLearned && receive.part !== "all");
    for (const step of taken(steps, at)) {
      if (step.kind === "copy") held[step.to] = held[step.from];
      if (step.kind === "draw") held[step.slot] = fresh(false);
      for (const { slot } of trainingsIn([step])) held[slot] = fresh(true);
      if (isKnown()) return true;
    }
    if (upload) sent.add(held[upload.slot].value);
    if (isKnown()) return true;
  }
  return false;
}

/** True when something is made of the personal adapter that a client starts with, so that importing one has an effect. */
export function startsPersonal(method: Method, budgets: Budgets): boolean {
  for (const [at, { steps, upload, serve }] of plansOf(method, budgets).entries()) {
    for (const step of taken(steps, at)) {
      if (readsPersonal(step)) return true;
      if (overwritesPersonal(step)) return false;
    }
    if (upload?.slot === "personal") return true;
    if (serve) return serve.kind !== "slot" || serve.slot === "personal";
  }
  return false;
}

/** The steps that change something: such a client draws in the first of the plans alone. */
function taken(steps: readonly LocalStep[], at: number): readonly LocalStep[] {
  return at === 0 ? steps : steps.filter(({ kind }) => kind !== "draw");
}

/** Goes on from the personal slot, or computes with it. */
function readsPersonal(step: LocalStep): boolean {
  if (step.kind === "copy") return step.from === "personal";
  return trainingsIn([step]).some(
    ({ slot, active, proximal, distill }) =>
      slot === "personal" || Boolean(active?.personal) || proximal?.to === "personal" || distill?.from === "personal",
  );
}

const overwritesPersonal = (step: LocalStep): boolean =>
  (step.kind === "copy" && step.to === "personal") || (step.kind === "draw" && step.slot === "personal");

/** Whether an upload carries the vectors of the labels, where an adapter has some that are shared. */
export function sharesLabels({ prototypes }: Pick<AdapterConfig, "prototypes">, upload: Upload | null): boolean {
  if (prototypes?.travel !== "shared" || !upload) return false;
  return entriesOf([{ key: PROTOTYPES_KEY }], upload.part).length > 0;
}
