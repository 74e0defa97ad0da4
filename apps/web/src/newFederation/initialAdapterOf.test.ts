import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { writePeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { decoderBase, encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { initialAdapterOf } from "./initialAdapterOf.ts";
import { initialForm } from "./initialForm.ts";
import { toConfig } from "./toConfig.ts";

const config = { rank: 3, alpha: 9, dropout: 0.2, targetModules: ["v_proj"] };
const base = federationBase(decoderBase);
const layout = adapterLayout(base.linears, config);
const tensors = initialAdapter(layout, 5);
const files = writePeftAdapter({ config, tensors }, base);

test("a federation takes rank, alpha and targets from the adapter it starts from, and names it by its hash", () => {
  const initial = initialAdapterOf(files, base);
  expect(initial.blob).toEqual(encodeAdapter(tensors, layout));
  const form = { ...initialForm([decoderBase]), name: "wards", labels: "flu\ncold", initial };
  expect(toConfig(form, 1)).toMatchObject({
    ok: true,
    config: {
      adapter: { rank: 3, alpha: 9, dropout: 0, targetModules: ["v_proj"] },
      initialAdapter: sha256Of(encodeAdapter(tensors, layout)),
    },
  });
  expect(toConfig({ ...form, initial: null }, 1)).toMatchObject({ config: { adapter: { rank: 8 }, initialAdapter: null } });
});

test("one for another base is refused", () => {
  expect(() => initialAdapterOf(files, federationBase(encoderBase))).toThrow('No linear module is called "v_proj"');
});
