import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { contestsOf } from "@duet/lora-engine/bench/contestList";
import { readModelFiles } from "@duet/lora-engine/models/readModelFiles";
import { expect, test } from "vitest";
import { runnerInWords, useNodeWasm } from "./nodeWasm.ts";

const options = {
  readModel: (id: string) => readModelFiles(readdirSync(`models/${id}`), async (name) => readFileSync(`models/${id}/${name}`)),
  text: readFileSync("LICENSE", "utf8"),
  warmUp: 0,
  measured: 2,
};

test("there are as many kernel threads as asked for, up to the cores; and one again when it is wanted", async () => {
  const most = Math.min(2, availableParallelism());
  expect(await useNodeWasm(2)).toMatchObject({ backend: "wasm", threads: most });
  expect(await useNodeWasm(10_000)).toMatchObject({ threads: availableParallelism() });
  expect(await useNodeWasm(1)).toMatchObject({ threads: 1 });
});

test("threads change no bit of the losses of whole steps, on both kinds of base", async () => {
  for (const create of contestsOf("lora-step", "small", options)) {
    const { ours } = await create();
    await useNodeWasm(1);
    const alone = (await ours()).answers;
    await useNodeWasm(2);
    expect((await ours()).answers).toEqual(alone);
  }
});

test("the runner says what it is", () => {
  expect(runnerInWords()).toMatch(/^Node \d+\.\d+\.\d+, \d+ cores?, with(out)? relaxed SIMD$/);
});
