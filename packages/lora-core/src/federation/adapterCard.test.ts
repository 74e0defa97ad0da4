import { expect, test } from "vitest";
import { decoderBase, encoderBase } from "../protocol/testing/baseModels.ts";
import { type FdLoraConfig, FUSION_SEARCH, fdLora } from "../strategies/fdLora.ts";
import { adapterCard } from "./adapterCard.ts";
import { federationBase } from "./federationBase.ts";
import { defaultFederation, presetOf } from "./federationDefaults.ts";

const task = { kind: "label" as const, labels: ["flu", "cold", "burn"] };
const cardOf = (model: typeof decoderBase, change: Partial<Parameters<typeof adapterCard>[0]> = {}) => {
  const config = defaultFederation({ name: "ward notes", model, task, method: fdLora.id, rounds: 4 });
  return adapterCard({
    kind: "shared",
    round: 2,
    fusion: null,
    figures: null,
    config,
    base: federationBase(model),
    format: "peft",
    ...change,
  });
};

test("a card names the base with its hashes, the adapter, the task and how far it has come", () => {
  const card = cardOf(decoderBase);
  expect(card).toContain("# ward notes: shared adapter");
  expect(card).toContain("- base model: duet-tiny\n");
  for (const { path, sha256 } of decoderBase.files) expect(card).toContain(`${path}, SHA-256 ${sha256}`);
  expect(card).toContain("rank 8, alpha 16, on q_proj");
  expect(card).toContain("fdlora (private), after round 2 of 4");
  expect(card).toContain("one of 3 labels: flu, cold, burn");
  expect(card).not.toContain("Fusion");
});

test("where clients may have fewer ranks, a card sends its reader to the files", () => {
  const config = defaultFederation({ name: "ward notes", model: decoderBase, task, ranks: "padded" });
  expect(cardOf(decoderBase, { config })).toMatch(/alpha 16, on \S.*; clients may have fewer ranks at the same scale/);
  expect(cardOf(decoderBase)).not.toContain("fewer ranks");
});

test("a fused adapter's card gives the weights, factor by factor", () => {
  const card = cardOf(decoderBase, { kind: "fused", round: 5, fusion: { personal: 0.75, shared: -0.5 } });
  expect(card).toContain("A = 0.75 A_personal + -0.5 A_shared");
  expect(card).toContain("B = 0.75 B_personal + -0.5 B_shared");
  expect(card).toContain("after all 4 rounds");
});

test("the card of a federation with privacy of rows says which epsilon holds, of the fused adapter too", () => {
  const config = defaultFederation({ name: "ward notes", model: decoderBase, task, rounds: 4 });
  const asPrivate = { ...config, training: { ...config.training, privacy: { epsilon: 8, clip: 1 } } };
  const fused = { kind: "fused", round: 5, fusion: { personal: 0.75, shared: 0.25 } } as const;
  for (const subject of [{ config: asPrivate }, { ...fused, config: asPrivate }])
    expect(cardOf(decoderBase, subject)).toContain("- differential privacy: an epsilon of at most 8");
  expect(cardOf(decoderBase, fused)).toContain("- differential privacy: none");
  const privacy = { epsilon: 2.3149, limit: 8, delta: 0.00073, noiseMultiplier: 1, budgetSpent: false };
  const figures = { accuracy: { base: 0.3, personal: null, shared: 0.6, fused: null }, testRows: 60, privacy };
  const card = cardOf(decoderBase, { config: asPrivate, figures });
  expect(card).toContain("have spent 2.31 of 8 by then, at a delta of 0.00073");
  expect(card).not.toContain("0.600");
});

const figures = {
  accuracy: { base: 0.25, personal: 0.8, shared: 0.75, fused: 0.85 },
  testRows: 40,
} as const;

test("a card says how good all adapters of the client are, and the hub which base, library and result this one has", () => {
  const card = cardOf(decoderBase, { kind: "fused", figures });
  expect(card).toContain(
    "- accuracy on 40 rows: untouched base 0.250, personal adapter 0.800, shared adapter 0.750, fused adapter 0.850",
  );
  const [head = "", rest = ""] = card.replace(/^---\n/, "").split("\n---\n\n");
  expect(rest).toMatch(/^# ward notes: fused adapter/);
  const lines = Object.fromEntries(
    head.split("\n").map((line) => [line.split(":", 1)[0], JSON.parse(line.replace(/^[^:]+: /, ""))]),
  );
  expect(lines).toEqual({
    library_name: "peft",
    pipeline_tag: "text-classification",
    tags: ["lora", "federated-learning", "duet"],
    "model-index": [
      {
        name: "ward notes",
        results: [
          {
            task: { type: "text-classification" },
            dataset: { type: "private", name: "one client's test rows" },
            metrics: [{ type: "accuracy", name: "accuracy", value: 0.85 }],
          },
        ],
      },
    ],
  });
});

test("the card of what learned alone says that nothing of the others is in it, and how good it is", () => {
  const alone = { accuracy: 0.825, testLoss: 1 };
  const card = cardOf(decoderBase, { kind: "alone", round: 5, figures: { ...figures, alone } });
  expect(card).toContain("# ward notes: adapter that learned alone\n");
  expect(card).toContain("on its own rows, with nothing of the others' in it and nothing aggregated.");
  expect(card).toContain(
    "- made by: learning alone, in as many steps as the client took with fdlora (private), after all 4 rounds",
  );
  expect(card).toContain("untouched base 0.250, learning alone 0.825, personal adapter 0.800");
  expect(card).toContain('{"type":"accuracy","name":"accuracy","value":0.825}');
  expect(card).toContain("- what clients shared: not in this adapter\n- differential privacy: none");
  expect(cardOf(decoderBase, { kind: "alone", format: "gguf-f16" })).toContain("# ward notes: model that learned alone\n");
});

test("a card of a text task has what was written beside the answers; with privacy of rows it has no figure", () => {
  const none = { base: null, personal: null, shared: null, fused: null };
  const text = { rows: 12, exactMatch: { ...none, shared: 0.5 }, tokenF1: { ...none, shared: 0.625 }, rougeL: none };
  const card = cardOf(decoderBase, { figures: { accuracy: none, testRows: 12, text } });
  expect(card).toContain("- exact match on 12 rows: shared adapter 0.500");
  expect(card).toContain('{"type":"f1","name":"F1 of words","value":0.625}');
  const config = defaultFederation({ name: "ward notes", model: decoderBase, task, rounds: 4 });
  const asPrivate = { ...config, training: { ...config.training, privacy: { epsilon: 8, clip: 1 } } };
  const silent = cardOf(decoderBase, { config: asPrivate, figures });
  expect(silent).not.toMatch(/0\.75|model-index|How good/);
});

test("another kind of fusion is described as what it is", () => {
  const fused = { kind: "fused", round: 5, fusion: { personal: 0.75, shared: -0.5 } } as const;
  const config = defaultFederation({ name: "ward notes", model: decoderBase, task, method: fdLora.id, rounds: 4 });
  const preset = fdLora.presets["sends-personal"] as FdLoraConfig;
  const withFusion = (kind: "product" | "per-layer") =>
    cardOf(decoderBase, {
      ...fused,
      config: {
        ...config,
        strategy: { ...config.strategy, config: { ...preset, fusion: { ...FUSION_SEARCH, kind } } },
      },
    });
  expect(withFusion("product")).toContain("B A = 0.75 B_personal A_personal + -0.5 B_shared A_shared");
  expect(withFusion("per-layer")).toContain("Their means are 0.75 and -0.5");
  const fedAvg = { ...config, strategy: presetOf("fedavg") };
  expect(cardOf(decoderBase, { ...fused, config: fedAvg })).toContain("serves the shared adapter as it is");
});

test("what PEFT can load is shown with the prompt; of an encoder it says that PEFT cannot", () => {
  expect(cardOf(decoderBase)).toContain("    {input}\n    Answer:");
  expect(cardOf(decoderBase)).toContain("PeftModel.from_pretrained");
  expect(cardOf(decoderBase)).toContain("Where the base has a chat template, a row was a user message");
  expect(cardOf(decoderBase)).toContain("tokenizer.apply_chat_template(messages, add_generation_prompt=True");
  expect(cardOf(decoderBase)).toContain('tokenizer("{input}\\nAnswer:"');
  expect(cardOf(encoderBase)).toContain("PEFT cannot load this adapter by itself");
  expect(cardOf(encoderBase)).not.toContain("from_pretrained");
  const { embedding_size: _, unk_token_id: __, ...shape } = encoderBase.config;
  const bert = { ...encoderBase, config: { ...shape, model_type: "bert", hidden_act: "gelu" } };
  expect(cardOf(bert)).toContain("PeftModel.from_pretrained(AutoModel.from_pretrained(");
});

test("a base from a hub is named as PEFT looks for it", () => {
  const model = { ...decoderBase, source: { kind: "hub" as const, address: `HuggingFaceTB/SmolLM2-135M@${"1f".repeat(20)}` } };
  expect(federationBase(model).name).toBe("HuggingFaceTB/SmolLM2-135M");
  expect(federationBase(decoderBase).name).toBeNull();
  expect(cardOf(model)).toContain(`HuggingFaceTB/SmolLM2-135M@${"1f".repeat(20)} on the hub`);
});

test("a card says how what clients shared came together, and in which adapters no client can be told", () => {
  const config = defaultFederation({ name: "ward notes", model: decoderBase, task, rounds: 4, aggregation: "secure" });
  const noisy = { ...config, clientPrivacy: { epsilon: 3, delta: 1e-5, clip: 1 } };
  const figures = { accuracy: { base: 0.3, personal: 0.5, shared: 0.6, fused: null }, testRows: 60 };
  expect(cardOf(decoderBase)).toContain("- what clients shared: sent as it was");
  expect(cardOf(decoderBase, { config, figures })).toMatch(
    /- what clients shared: summed securely.*differential privacy: none.*0\.600/s,
  );
  const shared = cardOf(decoderBase, { config: noisy, figures });
  expect(shared).toContain(
    "- differential privacy of clients: an epsilon of at most 3 at a delta of 0.00001, for all that any one client",
  );
  expect(shared).not.toMatch(/on its own rows besides|differential privacy: none|0\.600/);
  expect(cardOf(decoderBase, { config: noisy, kind: "personal" })).toContain(
    "together; not of what this client trained on its own",
  );
});
