import { expect, test } from "vitest";
import { createManualClock } from "../../test/support/manualClock.ts";
import { createWaitingRoom } from "./waitingRoom.ts";

const TOKEN = "a-resume-token-of-a-client";
const admissions = { keep: async () => {}, forget: async () => {} };

test("who asks once a minute, as a hidden tab does, keeps the place and its time; who stops asking loses it", async () => {
  const { clock, advance } = createManualClock();
  const room = createWaitingRoom({ clock, admissions, answered: [], onChange: () => {} });
  const ask = () => room.ask(TOKEN, { name: "ward a", device: null });
  ask();
  const [first] = room.list();
  for (let minute = 0; minute < 5; minute++) {
    advance(65_000);
    expect(room.list()).toEqual([first]);
    ask();
  }
  advance(151_000);
  expect(room.list()).toEqual([]);
  room.close();
});
