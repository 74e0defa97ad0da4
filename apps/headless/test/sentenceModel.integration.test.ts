/** A base of the BERT family as sentence-transformers saves one on a hub, from its address to adapters for BertModel. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
const JSON_FILES = [
  "config.json",
  "tokenizer.json",
  "modules.json",
  "1_Pooling/config.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
];

test("two processes train adapters on a sentence encoder of a hub, pooled as its files say", async () => {
  const small = JSON_FILES.map((name): [string, object] => [name, JSON.parse(readFileSync(join(FIXTURE, name), "utf8"))]);
  const weights = new Uint8Array(readFileSync(join(FIXTURE, "model.safetensors")));
  const hub = await startHub({ ...Object.fromEntries(small), "model.safetensors": weights });
  onTestFinished(() => hub.close());
  const found = await openHubFolder(hub.address, parseHubAddress("acme/tiny"));
  const { files, config } = await describeModel(found);
  expect(config.sentence_transformers).toEqual({ pooling: "mean", maxTokens: 24, prompt: "query: " });
  const model = baseModel.parse({ name: "tiny", source: { kind: "hub", address: found.address }, files, config });

  const federation = await smallFederation({ model }, { hub: hub.address });
  const programs = federation.files.map((file, index) => {
    const own = ["--state", join(federation.folder, `state-${index}`), "--out", join(federation.folder, `out-${index}`)];
    const columns = ["--input", "text", "--label", "level", "--name", `node ${index}`];
    return startHeadless(["join", federation.invite, "--data", file, ...columns, ...own, "--json"]);
  });
  expect(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(({ said }) => said.out + said.err).join("\n"),
  ).toEqual([0, 0]);
  const snapshot = await federation.organiser.watch(federation.federationId, federation.watchToken);
  expect(snapshot.phase).toBe("finished");
  // Once to describe the model, which is smaller than what is read of one for that, and once for each process.
  expect(hub.requests.filter((request) => request === "model.safetensors")).toHaveLength(3);

  const at = join(federation.folder, "out-0", "shared");
  const adapter = readPeftAdapter(
    {
      "adapter_config.json": readFileSync(join(at, "adapter_config.json"), "utf8"),
      "adapter_model.safetensors": readFileSync(join(at, "adapter_model.safetensors")),
    },
    federationBase(snapshot.config.model),
  );
  const b = [...adapter.tensors].filter(([key]) => key.endsWith("lora_B.weight"));
  expect(b).toHaveLength(12);
  for (const [key, { data }] of b)
    expect(
      data.some((value) => value !== 0),
      key,
    ).toBe(true);
});
