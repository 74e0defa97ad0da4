import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeWithSharedCases, readSharedCase } from "../../../../tools/testing/sharedData.ts";
import { parseArchitecture } from "../architectures/modelConfig.ts";
import { peftBase } from "../architectures/peftBase.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import { fuse } from "../fusion/adaFusion.ts";
import type { HostTensor, NamedTensors } from "../tensors/namedTensors.ts";
import { adapterScale } from "./adapterConfig.ts";
import { adapterLayout, initialAdapter } from "./adapterLayout.ts";
import { splitRanks } from "./adapterSum.ts";
import { type PeftBase, readPeftAdapter, writePeftAdapter } from "./peftFormat.ts";
import { PeftFormatError } from "./peftFormatError.ts";
import { fixtureBase, readFixture, readPeftFiles } from "./testing/peftFiles.ts";
import { productOf } from "./testing/productOf.ts";

describe("adapters written by PEFT", () => {
  test.each(["gpt2", "qwen3"])("%s: every factor is read bit for bit", (name) => {
    const { config, tensors } = readPeftAdapter(readPeftFiles(`from-peft/${name}`), fixtureBase(name).base);
    expect(config).toMatchObject({ rank: 4, alpha: 8, dropout: 0 });
    const expected = readSafetensors(readFixture(`causalLm/${name}/expected.safetensors`));
    const factors = [...expected.keys()].filter((key) => /lora_[AB]\.weight$/.test(key));
    expect([...tensors.keys()].sort()).toEqual(factors.sort());
    for (const [key, { data }] of tensors) expect([...data], key).toEqual([...(expected.get(key)?.data ?? [])]);
  });

  test("come back from our own file as they were", () => {
    const { base } = fixtureBase("qwen3");
    const adapter = readPeftAdapter(readPeftFiles("from-peft/qwen3"), base);
    expect(readPeftAdapter(writePeftAdapter(adapter, base), base)).toEqual(adapter);
  });
});

/** A file on the GPT-2 fixture with these tensors in place of PEFT's own, and these changes of its config. */
function rewritten(change: (key: string, tensor: HostTensor) => [string, HostTensor], config: object = {}) {
  const files = readPeftFiles("from-peft/gpt2");
  const weights = [...readSafetensors(files["adapter_model.safetensors"])].map(([key, tensor]) => change(key, tensor));
  return {
    "adapter_config.json": JSON.stringify({ ...JSON.parse(files["adapter_config.json"]), ...config }),
    "adapter_model.safetensors": writeSafetensors(new Map(weights)),
  };
}
const renamed = (rename: (key: string) => string) => rewritten((key, tensor) => [rename(key), tensor]);

describe("adapters as trainers write them", () => {
  const { base } = fixtureBase("gpt2");
  const plain = readPeftAdapter(readPeftFiles("from-peft/gpt2"), base);

  test.each<[string, (key: string) => string]>([
    ["an adapter's name", (key) => key.replace(".weight", ".default.weight")],
    ["an adapter's name and no .weight", (key) => key.replace(".weight", ".my-adapter")],
    ["no .weight", (key) => key.replace(".weight", "")],
    ["no prefix", (key) => key.replace("base_model.model.", "")],
    ["the inner model's prefix", (key) => key.replace("base_model.model.transformer.", "base_model.model.")],
    ["one half of the prefix", (key) => key.replace("base_model.model.", "base_model.")],
    ["the prefix twice", (key) => `base_model.model.${key}`],
    ["torch.compile's prefix", (key) => `_orig_mod.${key}`],
    ["torch.compile's prefix inside", (key) => key.replace("transformer.", "_orig_mod.transformer.")],
    ["a compiled layer", (key) => key.replace(/h\.(\d+)\./, "h.$1._orig_mod.")],
    ["DataParallel's prefix", (key) => `module.${key}`],
    ["FSDP's prefix", (key) => key.replace(/h\.(\d+)\./, "_fsdp_wrapped_module.h.$1._checkpoint_wrapped_module.")],
  ])("with %s", (_, rename) => {
    expect(readPeftAdapter(renamed(rename), base)).toEqual(plain);
  });

  test.each<[string, object]>([
    ["every name in full", { target_modules: base.linears.map(({ name }) => name) }],
    ["all-linear", { target_modules: "all-linear" }],
    ["an expression", { target_modules: ".*\\.(attn|mlp)\\.c_(attn|proj|fc)" }],
    ["an expression that is not evaluated", { target_modules: "(?P<all>.*)" }],
    ["an expression that would take for ever", { target_modules: "((.*)*)*x" }],
    ["patterns that change nothing", { rank_pattern: { c_attn: 4 }, alpha_pattern: { "h.0.attn.c_attn": 8, c_fc: 8 } }],
    ["every layer", { layers_to_transform: [0, 1], layers_pattern: ["h"] }],
    ["excluded modules that are not there", { exclude_modules: ["lm_head"] }],
    [
      "switches of training",
      { fan_in_fan_out: false, init_lora_weights: "eva", eva_config: { rho: 2 }, velora_config: { r: 1 } },
    ],
    ["switches that are off", { use_dora: false, modules_to_save: [], kasa_config: {}, switch_of_tomorrow: null, bias: null }],
  ])("whose config has %s", (_, config) => {
    expect(
      readPeftAdapter(
        rewritten((key, tensor) => [key, tensor], config),
        base,
      ),
    ).toEqual(plain);
  });

  test("by rank-stabilised LoRA have the scale alpha / sqrt(rank), and the same factors", () => {
    const { config, tensors } = readPeftAdapter(
      rewritten((key, tensor) => [key, tensor], { use_rslora: true }),
      base,
    );
    expect(adapterScale(config)).toBe(8 / Math.sqrt(4));
    expect(tensors).toEqual(plain.tensors);
  });

  test("of several scales and ranks make the same update as one of the largest rank", () => {
    const cut = (key: string, tensor: HostTensor): [string, HostTensor] => {
      if (!key.includes("c_fc")) return [key, tensor];
      const [rows = 0, columns = 0] = tensor.shape;
      if (key.includes("lora_A")) return [key, { shape: [1, columns], data: tensor.data.slice(0, columns) }];
      return [key, { shape: [rows, 1], data: tensor.data.filter((_, i) => i % columns === 0) }];
    };
    const files = rewritten(cut, { rank_pattern: { c_fc: 1 }, alpha_pattern: { "mlp\\.c_fc": 3 } });
    const { config, tensors } = readPeftAdapter(files, base);
    expect(config).toMatchObject({ rank: 4, alpha: 8 });
    const name = "transformer.h.1.mlp.c_fc";
    const update = (from: NamedTensors, ranks: number, scale: number) => {
      const pair = [`${name}.lora_A.weight`, `${name}.lora_B.weight`].map((key): [string, HostTensor] => [
        key,
        from.get(key) ?? { shape: [0, 0], data: new Float32Array() },
      ]);
      const [first] = splitRanks(new Map(pair), ranks);
      return productOf(first)
        .flat()
        .map((value) => scale * value);
    };
    const theirs = update(plain.tensors, 1, 3);
    update(tensors, 4, adapterScale(config)).forEach((value, i) => {
      expect(value).toBeCloseTo(theirs[i] ?? Number.NaN, 5);
    });
    expect(Math.max(...theirs.map(Math.abs))).toBeGreaterThan(0.01);
  });

  test("on some layers only are adapters on those modules", () => {
    const files = readPeftFiles("from-peft/gpt2");
    const second = [...readSafetensors(files["adapter_model.safetensors"])].filter(([key]) => key.includes(".h.1."));
    const { config, tensors } = readPeftAdapter(
      {
        "adapter_config.json": JSON.stringify({ ...JSON.parse(files["adapter_config.json"]), layers_to_transform: [1] }),
        "adapter_model.safetensors": writeSafetensors(new Map(second)),
      },
      base,
    );
    expect(config.targetModules).toEqual(["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map((name) => `h.1.${name}`));
    expect([...tensors.keys()]).toEqual(adapterLayout(base.linears, config).map(({ key }) => key));
  });

  test("of rank 256 are read and written", () => {
    const config = { rank: 256, alpha: 1024, dropout: 0, targetModules: ["c_fc"] };
    const tensors = initialAdapter(adapterLayout(base.linears, config), 3);
    expect(readPeftAdapter(writePeftAdapter({ config, tensors }, base), base)).toEqual({ config, tensors });
  });

  test.each<[string, string]>([
    ["base_model.model.transformer.h.0.attn.c_attn.lora_magnitude_vector.weight", "a magnitude of DoRA"],
    ["base_model.model.transformer.wte.lora_embedding_A", "an adapter on an embedding"],
    ["base_model.model.lm_head.modules_to_save.weight", "a saved module"],
    ["base_model.model.transformer.h.0.attn.c_attn.lora_B.bias", "a bias of LoRA"],
    ["base_model.model.transformer.h.0.attn.c_attn.base_layer.bias", "a trained bias"],
    ["base_model.model.transformer.h.0.attn.c_attn.lora_E", "a singular value of AdaLoRA"],
    ["base_model.model.lm_head.weight", "a whole weight"],
    ["base_model.model.transformer.h.0.attn.c_attn.vera_lambda_b", "not a factor of LoRA"],
    ["base_model.model.h.0.attn.c_attn.lora_A.other.weight", "several adapters"],
    ["transformer.h.0.attn.c_attn.lora_A.weight", "are the same factor"],
    ["base_model.model.c_fc.lora_A.weight", "may mean transformer.h.0.mlp.c_fc or transformer.h.1.mlp.c_fc"],
  ])("are refused with the tensor %s", (key, words) => {
    const files = readPeftFiles("from-peft/gpt2");
    const weights = readSafetensors(files["adapter_model.safetensors"]).set(key, { shape: [1], data: Float32Array.of(1) });
    const read = () => readPeftAdapter({ ...files, "adapter_model.safetensors": writeSafetensors(weights) }, base);
    expect(read).toThrow(PeftFormatError);
    expect(read).toThrow(words);
  });
});

describeWithSharedCases("adapters of shared/cases/10-peft", () => {
  const config = readFileSync(new URL("../../../../models/duet-tiny/config.json", import.meta.url), "utf8");
  const base: PeftBase = peftBase(parseArchitecture(JSON.parse(config)), null);
  const read = (name: string) =>
    readPeftAdapter(
      {
        "adapter_config.json": new TextDecoder().decode(readSharedCase(`10-peft/${name}/adapter_config.json`)),
        "adapter_model.safetensors": readSharedCase(`10-peft/${name}/adapter_model.safetensors`),
      },
      base,
    );

  test("full names, rank-stabilised LoRA and a pattern of the same alpha", () => {
    expect(adapterScale(read("full-names").config)).toBe(2);
    expect(read("full-names").tensors.size).toBe(56);
    expect(adapterScale(read("rslora").config)).toBe(4);
    expect(read("alpha-pattern-same").config).toMatchObject({ rank: 4, alpha: 8, targetModules: ["q_proj", "v_proj"] });
  });
});

describe("adapters written here", () => {
  test.each(["gpt2", "grouped", "qwen2"])("%s: the files are those that PEFT has loaded", (name) => {
    const files = readPeftFiles(`from-duet/${name}`);
    const { base } = fixtureBase(name);
    const written = writePeftAdapter(readPeftAdapter(files, base), base);
    expect(written["adapter_config.json"]).toBe(files["adapter_config.json"]);
    expect([...written["adapter_model.safetensors"]]).toEqual([...files["adapter_model.safetensors"]]);
  });

  test("a fused adapter is one of the same rank, merged factor by factor", () => {
    const { base } = fixtureBase("gpt2");
    const { config, tensors } = readPeftAdapter(readPeftFiles("from-peft/gpt2"), base);
    const doubled = new Map([...tensors].map(([key, { shape, data }]) => [key, { shape, data: data.map((value) => 2 * value) }]));
    const fused = fuse(tensors, doubled, { personal: 0.5, shared: -0.75 });
    const weights = readSafetensors(writePeftAdapter({ config, tensors: fused }, base)["adapter_model.safetensors"]);
    const key = "transformer.h.1.mlp.c_fc.lora_B.weight";
    expect(weights.get(`base_model.model.${key}`)?.shape).toEqual([40, 4]);
    expect([...(weights.get(`base_model.model.${key}`)?.data ?? [])]).toEqual([...(tensors.get(key)?.data ?? [])].map((v) => -v));
  });

  test("an adapter without one of its tensors is not written", () => {
    const { base } = fixtureBase("gpt2");
    const { config, tensors } = readPeftAdapter(readPeftFiles("from-peft/gpt2"), base);
    const rest = new Map([...tensors].slice(1));
    expect(() => writePeftAdapter({ config, tensors: rest }, base)).toThrow(RangeError);
  });
});

describe("refuses", () => {
  const { base } = fixtureBase("gpt2");
  const files = readPeftFiles("from-peft/gpt2");
  const weights = readSafetensors(files["adapter_model.safetensors"]);
  const first = "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight";

  test.each([
    [{ peft_type: "LOHA" }, 'peft_type = "LOHA"'],
    [{ use_dora: true }, "use_dora = true"],
    [{ bias: "all" }, 'bias = "all"'],
    [{ modules_to_save: ["lm_head"] }, 'modules_to_save = ["lm_head"]'],
    [{ rank_pattern: { c_attn: 8 } }, 'rank_pattern = {"c_attn":8}'],
    [{ layers_to_transform: [1] }, "layers_to_transform = [1]"],
    [{ init_lora_weights: "pissa" }, 'init_lora_weights = "pissa"'],
    [{ layers_to_transform: 0, layers_pattern: "h" }, "layers_to_transform = 0 do not give this base"],
    [{ exclude_modules: ["c_fc"] }, 'exclude_modules = ["c_fc"] do not give this base'],
    [{ target_modules: ".*\\.attn\\.c_attn" }, 'target_modules = ".*\\\\.attn\\\\.c_attn" do not give this base'],
    [{ init_lora_weights: "pissa_niter_4" }, 'init_lora_weights = "pissa_niter_4"'],
    [{ init_lora_weights: "olora" }, 'init_lora_weights = "olora"'],
    [{ init_lora_weights: "loftq" }, 'init_lora_weights = "loftq"'],
    [{ init_lora_weights: "corda" }, 'init_lora_weights = "corda"'],
    [{ lora_bias: true }, "lora_bias = true"],
    [{ trainable_token_indices: [5] }, "trainable_token_indices = [5]"],
    [{ layer_replication: [[0, 2]] }, "layer_replication = [[0,2]]"],
    [{ target_parameters: ["experts.w"] }, 'target_parameters = ["experts.w"]'],
    [{ use_qalora: true }, "use_qalora = true"],
    [{ monteclora_config: { num_samples: 2 } }, 'monteclora_config = {"num_samples":2}'],
    [{ switch_of_tomorrow: 3 }, "switch_of_tomorrow = 3"],
    [{ alpha_pattern: { "((c_attn)+)+": 3 } }, 'alpha_pattern = {"((c_attn)+)+":3}'],
    [{ alpha_pattern: { c_attn: -1 } }, 'alpha_pattern = {"c_attn":-1}'],
    [{ r: undefined }, "r = nothing"],
    [{ r: 257 }, "r = 257"],
    [{ lora_alpha: 0 }, "lora_alpha = 0"],
    [{ target_modules: ["c_attn", "q_proj"] }, 'No linear module is called "q_proj"'],
    [{ target_modules: ["c_attn", "c_proj"] }, "mlp.c_fc.lora_A.weight, which its target_modules do not give this base"],
    [{ r: 2 }, `${first} has shape [4,24], this base and rank 2 need [2,24]`],
  ])("a config with %o", (change, words) => {
    const config = { ...JSON.parse(files["adapter_config.json"]), ...change };
    const read = () => readPeftAdapter({ ...files, "adapter_config.json": JSON.stringify(config) }, base);
    expect(read).toThrow(PeftFormatError);
    expect(read).toThrow(words);
  });

  test.each(["", "{", "[1]", "null"])("a config that is %o", (text) => {
    expect(() => readPeftAdapter({ ...files, "adapter_config.json": text }, base)).toThrow(PeftFormatError);
  });

  const readWith = (change: (tensors: typeof weights) => void) => () => {
    const tensors = new Map(weights);
    change(tensors);
    readPeftAdapter({ ...files, "adapter_model.safetensors": writeSafetensors(tensors) }, base);
  };

  test("a missing factor, one too many, one that is not finite, a base of other widths, and a file cut short", () => {
    expect(readWith((tensors) => tensors.delete(first))).toThrow(`it has no tensor ${first}`);
    const odd = { shape: [4, 24], data: new Float32Array(96) };
    expect(readWith((tensors) => tensors.set("base_model.model.lm_head.lora_A.weight", odd))).toThrow("lm_head.lora_A.weight");
    expect(readWith((tensors) => tensors.set(first, { ...odd, data: odd.data.fill(Number.NaN, 5, 6) }))).toThrow("not finite");
    expect(() => readPeftAdapter(files, fixtureBase("qwen2").base)).toThrow("No linear module is called");
    const cut = { ...files, "adapter_model.safetensors": files["adapter_model.safetensors"].subarray(0, -4) };
    expect(() => readPeftAdapter(cut, base)).toThrow(PeftFormatError);
  });
});
