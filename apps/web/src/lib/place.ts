/** What of a federation's page is looked at, as its address says after the ?: so it is still there after a reload, and in a link that is passed on. Pure. */

export interface Place {
  /** As of whose end the page is shown; null for now. */
  readonly round: number | null;
  /** By its id, which no secret is; null for none. */
  readonly client: string | null;
}

export function placeOf(search: string): Place {
  const asked = new URLSearchParams(search);
  const round = asked.get("round") ?? "";
  return { round: /^\d{1,6}$/.test(round) ? Number(round) : null, client: asked.get("client") || null };
}

/** Whether anything else is looked at then. */
export function changesPlace(search: string, change: Partial<Place>): boolean {
  const now = placeOf(search);
  const next = { ...now, ...change };
  return next.round !== now.round || next.client !== now.client;
}

/** The same address with another place in it; what else stands after the ? stays. */
export function withPlace(search: string, change: Partial<Place>): string {
  const asked = new URLSearchParams(search);
  for (const [name, value] of Object.entries({ ...placeOf(search), ...change })) {
    if (value === null) asked.delete(name);
    else asked.set(name, String(value));
  }
  const text = asked.toString();
  return text && `?${text}`;
}
