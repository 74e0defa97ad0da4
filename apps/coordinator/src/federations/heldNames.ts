/** Which names of a federation belong to somebody. */
import { nameKey } from "@duet/lora-core/protocol/visibleText";
import { enrolled, type RoundState } from "@duet/lora-core/rounds/roundState";

/** How long the name of who left is kept for a return. */
const HELD_MS = 3600 * 1000;

/** Finds who has a name without a look at thousands. Add every name that a client gets. */
export class HeldNames {
  /** Clients that have, or had, a name of that key. */
  readonly #clients = new Map<string, Set<string>>();

  add(clientId: string, name: string): void {
    const key = nameKey(name);
    this.#clients.set(key, (this.#clients.get(key) ?? new Set()).add(clientId));
  }

  /** Call for who is not listed any more. */
  forget(clientId: string, name: string): void {
    const key = nameKey(name);
    const clients = this.#clients.get(key);
    clients?.delete(clientId);
    if (clients?.size === 0) this.#clients.delete(key);
  }

  /** Whether a name of that key is somebody's who is in, or left a short while ago, and not `exceptId`'s. */
  isHeld(key: string, state: RoundState, now: number, exceptId?: string): boolean {
    const clients = [...(this.#clients.get(key) ?? [])];
    return clients.some((clientId) => {
      const client = enrolled(state, clientId);
      if (!client || clientId === exceptId || nameKey(client.name) !== key) return false;
      return client.status !== "left" || (!client.removed && client.lastSeenAt > now - HELD_MS);
    });
  }
}
