import fc from "fast-check";
import { expect, test } from "vitest";
import { awayIn, hereIn, isGrownFrom, placeOf, presentIn, withChanged, withNewcomer } from "./clientIndex.ts";

const ids = ["a", "b", "c", "d"];
const statuses = ["present", "away", "left"] as const;

interface Client {
  readonly id: string;
  readonly status: (typeof statuses)[number];
  readonly awayUntil: number | null;
}

/** Lists that came of one another, also two of the same one: which one is gone on from, and what is done with it. */
const steps = fc.array(
  fc.record({
    from: fc.nat(50),
    what: fc.constantFrom("newcomer" as const, "changed" as const, "forgotten" as const),
    id: fc.constantFrom(...ids),
    status: fc.constantFrom(...statuses),
  }),
  { maxLength: 40 },
);

test("what is known of a list is what a look at each of its clients gives, in every list that came of another one", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const lists: (readonly Client[])[] = [[]];
      for (const [now, { from, what, id, status }] of all.entries()) {
        const list = lists[from % lists.length] ?? [];
        const place = placeOf(list, id);
        const client = { id, status, awayUntil: status === "away" ? now : null };
        if (what === "newcomer" && place < 0) lists.push(withNewcomer(list, client));
        if (what === "changed" && place >= 0) lists.push(withChanged(list, place, client));
        if (what === "forgotten") lists.push(list.filter((one) => one.id !== id));
      }
      for (const list of lists) {
        for (const id of ids) expect(placeOf(list, id)).toBe(list.findIndex((one) => one.id === id));
        expect(presentIn(list)).toBe(list.filter(({ status }) => status === "present").length);
        expect(hereIn(list)).toBe(list.filter(({ status }) => status !== "left").length);
        const away = list.filter(({ status }) => status === "away").toSorted((a, b) => Number(a.awayUntil) - Number(b.awayUntil));
        expect([...awayIn(list)]).toEqual(away.map(({ id, awayUntil }) => [id, awayUntil]));
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a list that lost somebody did not grow from the one before", () => {
  const present = (id: string): Client => ({ id, status: "present", awayUntil: null });
  const one = withNewcomer<Client>([], present("a"));
  const two = withNewcomer(one, present("b"));
  const changed = withChanged(two, 0, { id: "a", status: "left", awayUntil: null });
  expect(isGrownFrom(changed, one)).toBe(true);
  expect(isGrownFrom(changed.slice(1), changed)).toBe(false);
});
