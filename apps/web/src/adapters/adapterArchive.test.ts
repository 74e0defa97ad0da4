import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readAdapterArchive } from "./adapterArchive.ts";

const files = { "adapter_config.json": '{"r": 4}', "adapter_model.safetensors": Uint8Array.of(7, 0, 255, 3) };
const config = { name: "adapter_config.json", bytes: strToU8('{"r": 4}') };
const weights = { name: "adapter_model.safetensors", bytes: files["adapter_model.safetensors"] };
const zip = (entries: Record<string, Uint8Array>) => [{ name: "my adapter.ZIP", bytes: zipSync(entries) }];

test("the two files may come by themselves, or from a folder in an archive beside others", () => {
  expect(readAdapterArchive([{ name: "README.md", bytes: strToU8("x") }, weights, config])).toEqual(files);
  const nested = zip({
    "run 3/adapter_config.json": config.bytes,
    "run 3/adapter_model.safetensors": weights.bytes,
    "run 3/optimizer.pt": Uint8Array.of(1),
  });
  expect(readAdapterArchive(nested)).toEqual(files);
});

test("what is missing, doubled, damaged or too large is said", () => {
  expect(() => readAdapterArchive([config])).toThrow("there is no adapter_model.safetensors");
  expect(() => readAdapterArchive([config, weights, config])).toThrow("more than one adapter_config.json");
  const whole = zipSync({ "adapter_config.json": config.bytes, "adapter_model.safetensors": weights.bytes });
  expect(() => readAdapterArchive([{ name: "a.zip", bytes: whole.subarray(0, whole.length - 30) }])).toThrow("damaged");
  const bomb = zip({ "adapter_config.json": new Uint8Array(300 * 1024), "adapter_model.safetensors": weights.bytes });
  expect(bomb[0]?.bytes.length).toBeLessThan(5000);
  expect(() => readAdapterArchive(bomb)).toThrow("adapter_config.json has 307200 bytes");
});
