import { describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import { fuse } from "../fusion/adaFusion.ts";
import { PeftFormatError, readPeftAdapter, writePeftAdapter } from "./peftFormat.ts";
import { fixtureBase, readFixture, readPeftFiles } from "./testing/peftFiles.ts";

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
    [{ use_rslora: true }, "use_rslora = true"],
    [{ use_dora: true }, "use_dora = true"],
    [{ bias: "all" }, 'bias = "all"'],
    [{ modules_to_save: ["lm_head"] }, 'modules_to_save = ["lm_head"]'],
    [{ rank_pattern: { c_attn: 8 } }, 'rank_pattern = {"c_attn":8}'],
    [{ layers_to_transform: [1] }, "layers_to_transform = [1]"],
    [{ init_lora_weights: "pissa" }, 'init_lora_weights = "pissa"'],
    [{ target_modules: "all-linear" }, 'target_modules = "all-linear"'],
    [{ r: undefined }, "r = nothing"],
    [{ r: 65 }, "r = 65"],
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
