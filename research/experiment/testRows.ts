/** What a run keeps of its test rows. */
import { nearDuplicateGroups } from "@duet/lora-core/data/nearDuplicates";
import type { TestRows } from "./runs.ts";
import type { ServedAccuracy } from "./servedAccuracy.ts";
import type { SimulatedClient } from "./simulatedClient.ts";

/** Row by row, clients in order; null in a text task. */
export function testRowsOf(clients: readonly SimulatedClient[], served: readonly ServedAccuracy[]): TestRows[] | null {
  const found = clients.flatMap(({ client, data }, i): TestRows[] => {
    const predicted = served[i]?.predicted;
    if (!predicted) return [];
    const truth = client.examples.test.map(({ label }) => label);
    return [{ truth, predicted: [...predicted], group: [...nearDuplicateGroups(data.split.test.map(({ input }) => input))] }];
  });
  return found.length === clients.length ? found : null;
}
