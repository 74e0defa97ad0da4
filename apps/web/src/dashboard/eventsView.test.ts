import { clientOf } from "@duet/client/testing/snapshots";
import type { EventView } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { EVERYTHING, eventFilters, eventsOf, isFiltered } from "./eventsView.ts";

const event = (at: number, clientId: string | null, text: string): EventView => ({ at, clientId, text });
const events = [
  event(1, null, "created"),
  event(2, "anna", "anna joined"),
  event(3, null, "round 1"),
  event(4, "anna", "anna left"),
];
const snapshot = { events, clients: [clientOf("anna"), clientOf("bram")] };

test("events are all of them, those of no client, or one client's, newest first", () => {
  const filters = eventFilters(snapshot);
  expect(filters.map(({ label }) => label)).toEqual(["All events", "The federation", "anna"]);
  const shown = filters.map(({ value }) => eventsOf(snapshot, value).map(({ text }) => text));
  expect(shown).toEqual([
    ["anna left", "round 1", "anna joined", "created"],
    ["round 1", "created"],
    ["anna left", "anna joined"],
  ]);
  expect(eventsOf({ events: [] }, EVERYTHING)).toEqual([]);
});

test("one who left is told apart from a newer one of the same name", () => {
  const clients = [clientOf("a1", { name: "anna", status: "left" }), clientOf("a2", { name: "anna" })];
  const filters = eventFilters({ clients, events: [event(1, "a1", "anna left"), event(2, "a2", "anna joined")] });
  expect(filters.slice(2).map(({ label }) => label)).toEqual(["anna (left)", "anna"]);
});

test("of few events there is no filter to choose, but one that is on can be taken off", () => {
  const many = { events: Array.from({ length: 9 }, (_, at) => event(at, "anna", "")) };
  expect([isFiltered(snapshot, EVERYTHING), isFiltered(many, EVERYTHING), isFiltered(snapshot, "anna")]).toEqual([
    false,
    true,
    true,
  ]);
});
