/** Label prototypes from joining to files: on a sentence encoder, in a secure sum where they are shared, never sent where they are personal. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isPrototypes } from "@duet/lora-core/adapters/adapterLayout";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { describeModel } from "@duet/lora-core/architectures/describeModel";
import { parseHubAddress } from "@duet/lora-core/checkpoints/hubAddress";
import { openHubFolder } from "@duet/lora-core/checkpoints/hubModel";
import { startHub } from "@duet/lora-core/checkpoints/testing/hubServer";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { baseModel } from "@duet/lora-core/protocol/baseModel";
import { expect, onTestFinished, test } from "vitest";
import { startHeadless } from "./support/headlessProgram.ts";
import { smallFederation } from "./support/smallFederation.ts";

const FIXTURE = "packages/lora-core/fixtures/bert/bert";
const JSON_FILES = ["config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"];

test.each([
  ["shared", "secure", 3],
  ["personal", "plain", 2],
] as const)("label prototypes that are %s, updates %s, %i processes", async (labelVectors, aggregation, clients) => {
  const small = JSON_FILES.map((name): [string, object] => [name, JSON.parse(readFileSync(join(FIXTURE, name), "utf8"))]);
  const weights = new Uint8Array(readFileSync(join(FIXTURE, "model.safetensors")));
  const hub = await startHub({ ...Object.fromEntries(small), "model.safetensors": weights });
  onTestFinished(() => hub.close());
  const found = await openHubFolder(hub.address, parseHubAddress("acme/tiny"));
  const { files, config } = await describeModel(found);
  const model = baseModel.parse({ name: "tiny", source: { kind: "hub", address: found.address }, files, config });
  const choices = { model, labelVectors, aggregation, minClients: clients };
  const federation = await smallFederation(choices, { hub: hub.address, clients });
  const programs = federation.files.map((file, index) => {
    const own = ["--state", join(federation.folder, `state-${index}`), "--out", join(federation.folder, `out-${index}`)];
    const columns = ["--input", "text", "--label", "level", "--name", `node ${index}`];
    return startHeadless(["join", federation.invite, "--data", file, ...columns, ...own, "--json"]);
  });
  expect(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(({ said }) => said.out + said.err).join("\n"),
  ).toEqual(programs.map(() => 0));
  const snapshot = await federation.organiser.watch(federation.federationId, federation.watchToken);
  expect(snapshot.phase).toBe("finished");

  const labelsOf = (index: number, kind: string) => {
    const at = join(federation.folder, `out-${index}`, kind);
    const text = readFileSync(join(at, "adapter_config.json"), "utf8");
    expect(JSON.parse(text).modules_to_save).toEqual(["labels"]);
    const content = readFileSync(join(at, "adapter_model.safetensors"));
    const { tensors } = readPeftAdapter(
      { "adapter_config.json": text, "adapter_model.safetensors": content },
      federationBase(snapshot.config.model),
    );
    const [, labels] = [...tensors].find(([key]) => isPrototypes(key)) ?? [];
    return [...(labels?.data ?? [])];
  };
  const [first, second] = [0, 1].map((index) => labelsOf(index, "shared"));
  expect(first?.some((value) => value !== 0)).toBe(true);
  // What travels is everybody's; what does not is each client's own, in its shared adapter too.
  if (labelVectors === "shared") expect(first).toEqual(second);
  else expect(first).not.toEqual(second);
  expect(labelsOf(0, "fused").some((value) => value !== 0)).toBe(true);
});
