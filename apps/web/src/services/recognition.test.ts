import { createStore } from "@duet/client/store";
import type { RecognisedIn, RowRecognition } from "@duet/lora-core/contract/answering";
import { DuetError } from "@duet/lora-core/errors/duetError";
import { expect, it, vi } from "vitest";
import { createRecognition, type Measurable } from "./recognition.ts";

const found: RowRecognition = { train: 30, test: 30, recognition: { auc: 0.7, interval: [0.6, 0.8] } };
type State = ReturnType<Measurable["get"]>;
const stateOf = (kind: "working" | "finished"): State =>
  ({ stage: { kind }, samples: { train: 30, fusion: 8, test: 30 }, adapters: { served: new Uint8Array() } }) as unknown as State;

function sessionOf(measure: (where: RecognisedIn, onProgress?: (share: number) => void) => Promise<RowRecognition>) {
  const state = createStore(stateOf("working"));
  const session: Measurable = {
    federationId: "f",
    get: state.get,
    subscribe: state.subscribe,
    engine: { measureRecognition: measure },
  };
  return { session, finish: () => state.set(stateOf("finished")) };
}

it("measures what was sent and every adapter by itself, one after the other, and only once it is over", async () => {
  const asked: RecognisedIn[] = [];
  const shares: (number | undefined)[] = [];
  const recognition = createRecognition();
  const { session, finish } = sessionOf(async (where, onProgress) => {
    asked.push(where);
    onProgress?.(0.5);
    shares.push(recognition.get().measuring?.share);
    return found;
  });
  recognition.follow(session);
  expect(asked).toEqual([]);
  finish();
  await vi.waitFor(() => expect(recognition.get()).toMatchObject({ measuring: null, waiting: [] }));
  expect(recognition.get()).toMatchObject({ federationId: "f", failure: null });
  expect(Object.keys(recognition.get().measured)).toEqual(["sent", "personal", "shared", "fused"]);
  expect(asked).toHaveLength(4);
  expect([asked[0], asked[3]]).toEqual(["sent", "served"]);
  expect(shares).toEqual([0.5, 0.5, 0.5, 0.5]);
});

it("goes on where nothing is known of what was sent, and says what failed", async () => {
  const recognition = createRecognition();
  const { session, finish } = sessionOf(async (where) => {
    if (where === "sent") throw new DuetError("ADAPTER_MISSING", "gone");
    if (where === "served") throw new DuetError("WORKER_DIED", "The worker ended");
    return found;
  });
  finish();
  recognition.follow(session);
  await vi.waitFor(() => expect(recognition.get().failure?.sentence).toBe("The worker ended."));
  expect(recognition.get()).toMatchObject({ measuring: null, waiting: [], measured: { personal: found, shared: found } });
});

it("of a session that was followed before nothing is said any more", async () => {
  const recognition = createRecognition();
  let answer = (_: RowRecognition) => {};
  const first = sessionOf(() => new Promise((resolve) => (answer = resolve)));
  first.finish();
  recognition.follow(first.session);
  recognition.follow(sessionOf(async () => found).session);
  answer(found);
  await Promise.resolve();
  expect(recognition.get()).toEqual({ federationId: null, measuring: null, waiting: [], measured: {}, failure: null });
});
