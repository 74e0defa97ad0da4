/** Rounds of made-up contributions for a method, always the same ones: seeded values in the layouts that its plans upload. */
import { type AdapterLayout, adapterLayout, initialAdapter } from "../../adapters/adapterLayout.ts";
import { type HostTensor, sizeOf } from "../../tensors/namedTensors.ts";
import { normal, random } from "../../tensors/random.ts";
import { aggregationError } from "../aggregationError.ts";
import { uploadLayout } from "../exchange.ts";
import type { Method } from "../registry.ts";
import type { Budgets, Contribution, ServerState, Upload } from "../strategy.ts";

const widths = [13, 7, 24, 5, 16];
const linears = widths.map((width, i) => ({ name: `l${i}`, inFeatures: width, outFeatures: 29 - width }));
const targetModules = linears.map(({ name }) => name);

export const RANK = 3;
const budgets: Budgets = { local: { unit: "steps", amount: 4 }, inner: { unit: "steps", amount: 2 }, rounds: 3 };

/** Five modules of unlike shapes. */
export const layout: AdapterLayout = adapterLayout(linears, { rank: RANK, alpha: 6, dropout: 0, targetModules });

/** What a client might send. */
export function randomContribution(clientId: string, round: number, upload: Upload): Contribution {
  const draw = random(11, "contribution", clientId, round);
  const tensors = new Map(
    uploadLayout(layout, upload).map(({ key, shape }): [string, HostTensor] => {
      const data = Float32Array.from({ length: sizeOf(shape) }, () => 0.1 * normal(draw));
      return [key, { shape, data }];
    }),
  );
  return { clientId, sampleCount: 1 + Math.floor(200 * draw()), tensors };
}

/** Clients come and go, and answer in another order every round. */
const takingPart = [
  ["e", "b", "a", "d", "c"],
  ["d", "a", "c", "f"],
  ["f", "e", "d", "c", "b", "a"],
];

/** The state after every round that is aggregated, and its aggregation error. `given` may hand the method the same in another way. */
export function randomRounds(method: Method, given = (contributions: readonly Contribution[]) => contributions) {
  let state: ServerState = method.init(initialAdapter(layout, 5));
  return takingPart.flatMap((clients, i) => {
    const round = method.firstRound + i;
    const plan = method.plan(budgets, { round, isNewcomer: false });
    const { upload } = plan;
    if (upload === null) return [];
    const contributions = clients.map((clientId) => randomContribution(clientId, round, upload));
    const before = state;
    state = method.aggregate(before, given(contributions), round);
    return [{ state, error: aggregationError({ method, plan, rank: RANK, before, contributions, after: state }) }];
  });
}
