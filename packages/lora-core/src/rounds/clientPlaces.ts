/**
 * Where each client stands in a state's list, so that one among thousands is found without a look at the others. A list that came of another one by a
 * change or a newcomer has the places of that one, which are handed on; any other list's are made when they are first asked for.
 */

interface Known {
  readonly id: string;
}

/** Every client of a list has a place in it; it may be another one, or that of nobody, where several lists came of one. */
const known = new WeakMap<readonly Known[], Map<string, number>>();

/** The client's index; -1 where it is not in the list. */
export function placeOf(clients: readonly Known[], clientId: string): number {
  const place = placesOf(clients).get(clientId);
  if (place === undefined) return -1;
  return clients[place]?.id === clientId ? place : clients.findIndex(({ id }) => id === clientId);
}

/** The list with another client in that place. */
export function withChanged<Client extends Known>(clients: readonly Client[], place: number, client: Client): readonly Client[] {
  return handedOn(clients, clients.with(place, client));
}

/** The list with one more. */
export function withNewcomer<Client extends Known>(clients: readonly Client[], client: Client): readonly Client[] {
  placesOf(clients).set(client.id, clients.length);
  return handedOn(clients, [...clients, client]);
}

function placesOf(clients: readonly Known[]): Map<string, number> {
  const places = known.get(clients) ?? new Map(clients.map(({ id }, place) => [id, place]));
  known.set(clients, places);
  return places;
}

function handedOn<Client extends Known>(from: readonly Known[], to: readonly Client[]): readonly Client[] {
  known.set(to, placesOf(from));
  return to;
}
