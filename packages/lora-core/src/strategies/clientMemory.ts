/** What a coordinator remembers of each client by itself, so that clients who miss a round still count. */
import type { NamedTensors } from "../tensors/namedTensors.ts";
import type { Contribution, ServerState } from "./strategy.ts";

const PREFIX = "client:";

/** The memory with the newest tensors of these clients in place of their older ones. */
export function remember(
  memory: ServerState["memory"],
  contributions: readonly Pick<Contribution, "clientId" | "tensors">[],
): ServerState["memory"] {
  return { ...memory, ...Object.fromEntries(contributions.map(({ clientId, tensors }) => [PREFIX + clientId, tensors])) };
}

/** Everyone remembered, in a fixed order. */
export function remembered(
  memory: ServerState["memory"],
): readonly { readonly clientId: string; readonly tensors: NamedTensors }[] {
  return Object.keys(memory)
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .flatMap((name) => {
      const tensors = memory[name];
      return tensors ? [{ clientId: name.slice(PREFIX.length), tensors }] : [];
    });
}
