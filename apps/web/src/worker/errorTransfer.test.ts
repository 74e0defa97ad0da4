import { SafetensorsError } from "@duet/lora-core/checkpoints/safetensors";
import { explain } from "@duet/lora-core/errors/duetError";
import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { expose, wrap } from "comlink";
import { expect, test } from "vitest";
import { keepErrorCodes } from "./errorTransfer.ts";

/** What the page is told of what `work` throws on the other side of a message channel. */
async function toldOf(work: () => unknown) {
  const { port1, port2 } = new MessageChannel();
  keepErrorCodes();
  expose({ work: async () => work() }, port1 as unknown as Parameters<typeof expose>[1]);
  const remote = wrap<{ work(): Promise<unknown> }>(port2 as unknown as Parameters<typeof wrap>[0]);
  try {
    return explain(await remote.work().catch((error: unknown) => error));
  } finally {
    port1.close();
    port2.close();
  }
}

test("an error crosses with its code, whatever class it has", async () => {
  const told = await toldOf(() => {
    throw new SafetensorsError(["endsInHeader"]);
  });
  expect(told).toEqual({
    code: "SAFETENSORS",
    sentence: "This safetensors file cannot be used: it ends inside the header.",
    told: ["safetensors", ["endsInHeader"]],
    nextStep: NEXT_STEPS.SAFETENSORS,
  });
});

test("what nobody foresaw is said to be that, not guessed at by its words", async () => {
  const told = await toldOf(() => {
    throw new RangeError("memory NaN");
  });
  expect(told).toEqual({ code: "UNEXPECTED", sentence: "memory NaN.", nextStep: NEXT_STEPS.UNEXPECTED });
});
