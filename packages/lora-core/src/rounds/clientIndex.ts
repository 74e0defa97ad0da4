/**
 * What is known of a state's list of clients without a look at each of thousands: where one stands, how many are here, who is away. A list that came of
 * another one by a change or a newcomer has it of that one, brought up to date; any other list's is found when it is first asked for.
 */

interface Listed {
  readonly id: string;
  readonly status: "present" | "away" | "left";
  readonly awayUntil: number | null;
}

interface Index {
  /** Every client of a list has a place in it; it may be another one, or that of nobody, as all lists that came of one share it. */
  readonly places: Map<string, number>;
  readonly present: number;
  readonly left: number;
  readonly away: ReadonlyMap<string, number>;
}

const known = new WeakMap<readonly Listed[], Index>();

/** The client's index; -1 where it is not in the list. */
export function placeOf(clients: readonly Listed[], clientId: string): number {
  const place = indexOf(clients).places.get(clientId);
  if (place === undefined) return -1;
  return clients[place]?.id === clientId ? place : clients.findIndex(({ id }) => id === clientId);
}

/** How many are connected. */
export const presentIn = (clients: readonly Listed[]): number => indexOf(clients).present;

/** How many are connected, or may come back within their grace. */
export const hereIn = (clients: readonly Listed[]): number => clients.length - indexOf(clients).left;

/** When the grace of those who are away ends, by id: whose ends first comes first. */
export const awayIn = (clients: readonly Listed[]): ReadonlyMap<string, number> => indexOf(clients).away;

/** Whether the later list has everybody of the earlier one, which it came of. */
export const isGrownFrom = (later: readonly Listed[], earlier: readonly Listed[]): boolean =>
  later === earlier || indexOf(later).places === indexOf(earlier).places;

/** The list with another client in that place. */
export function withChanged<Client extends Listed>(clients: readonly Client[], place: number, client: Client): readonly Client[] {
  const { places, present, left, away } = indexOf(clients);
  const before = clients[place];
  return indexed(clients.with(place, client), {
    places,
    present: present - isOne(before, "present") + isOne(client, "present"),
    left: left - isOne(before, "left") + isOne(client, "left"),
    away: awayAfter(away, before, client),
  });
}

/** The list with one more. */
export function withNewcomer<Client extends Listed>(clients: readonly Client[], client: Client): readonly Client[] {
  const { places, present, left, away } = indexOf(clients);
  places.set(client.id, clients.length);
  return indexed([...clients, client], {
    places,
    present: present + isOne(client, "present"),
    left: left + isOne(client, "left"),
    away: awayAfter(away, undefined, client),
  });
}

function indexOf(clients: readonly Listed[]): Index {
  const before = known.get(clients);
  if (before) return before;
  const away = clients.flatMap(({ id, awayUntil }) => (awayUntil === null ? [] : [[id, awayUntil] as const]));
  const made = {
    places: new Map(clients.map(({ id }, place) => [id, place])),
    present: clients.filter(({ status }) => status === "present").length,
    left: clients.filter(({ status }) => status === "left").length,
    away: new Map(away.sort(([, one], [, other]) => one - other)),
  };
  known.set(clients, made);
  return made;
}

function indexed<Client extends Listed>(clients: readonly Client[], index: Index): readonly Client[] {
  known.set(clients, index);
  return clients;
}

/** Who goes away later has the later end, as all have the same grace: it comes last. */
function awayAfter(away: Index["away"], before: Listed | undefined, { id, awayUntil }: Listed): Index["away"] {
  if ((before?.awayUntil ?? null) === awayUntil) return away;
  const next = new Map(away);
  next.delete(id);
  return awayUntil === null ? next : next.set(id, awayUntil);
}

const isOne = (client: Listed | undefined, status: Listed["status"]): number => (client?.status === status ? 1 : 0);
