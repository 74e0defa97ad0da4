/** What a run keeps of its test rows. */
import { nearDuplicateGroups } from "@duet/lora-core/data/nearDuplicates";
import type { TestRows } from "./runs.ts";
import type { ServedAccuracy } from "./servedAccuracy.ts";
import type { SimulatedClient } from "./simulatedClient.ts";

/** Row by row, clients in order. */
export function testRowsOf(clients: readonly SimulatedClient[], served: readonly ServedAccuracy[]): TestRows[] {
  return served.map(({ truth, predicted }, i) => {
    const inputs = clients[i]?.data.split.test.map(({ input }) => input) ?? [];
    return { truth: [...truth], predicted: [...predicted], group: [...nearDuplicateGroups(inputs)] };
  });
}
