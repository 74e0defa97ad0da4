import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf, withChanged, withNewcomer } from "./clientPlaces.ts";

const ids = ["a", "b", "c", "d"];
const clientOf = (id: string) => ({ id });

/** Lists that came of one another, also two of the same one: which one is gone on from, and what is done with it. */
const steps = fc.array(
  fc.record({
    from: fc.nat(50),
    what: fc.constantFrom("newcomer" as const, "changed" as const, "left" as const),
    id: fc.constantFrom(...ids),
  }),
  { maxLength: 40 },
);

test("a client is found where it stands, in every list that came of another one", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const lists: (readonly { readonly id: string }[])[] = [[]];
      for (const { from, what, id } of all) {
        const list = lists[from % lists.length] ?? [];
        const place = placeOf(list, id);
        if (what === "newcomer" && place < 0) lists.push(withNewcomer(list, clientOf(id)));
        if (what === "changed" && place >= 0) lists.push(withChanged(list, place, clientOf(id)));
        if (what === "left") lists.push(list.filter((client) => client.id !== id));
      }
      for (const list of lists) for (const id of ids) expect(placeOf(list, id)).toBe(list.findIndex((one) => one.id === id));
    }),
    { seed: 1, numRuns: 300 },
  );
});
